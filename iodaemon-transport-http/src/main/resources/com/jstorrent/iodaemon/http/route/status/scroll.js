// Hints where a table has more columns than there is room for.

import {element} from './dom.js';

/**
 * Shows below a region that scrolls sideways where there is more of it, and lets the keyboard scroll it. A region that
 * shows everything cannot be focused by the keyboard.
 */
export function watchScroll(region) {
  const hint = element('p', 'more', 'Scroll sideways for more columns');
  hint.setAttribute('aria-hidden', 'true'); // the table is read whole anyway
  hint.hidden = true;
  region.after(hint);
  const look = () => {
    const hidden = region.scrollWidth - region.clientWidth;
    const right = hidden - region.scrollLeft > 1;
    const left = region.scrollLeft > 1;
    region.dataset.more = [...left ? ['left'] : [], ...right ? ['right'] : []].join(' ');
    hint.hidden = hidden <= 1;
    if (hidden > 1) {
      region.tabIndex = 0;
    } else if (document.activeElement !== region) {
      region.removeAttribute('tabindex');
    }
  };
  region.addEventListener('scroll', look, {passive: true});
  const observer = new ResizeObserver(look);
  [region, ...region.children].forEach(each => observer.observe(each));
  look();
}
