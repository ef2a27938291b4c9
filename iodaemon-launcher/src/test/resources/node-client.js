// A client of /io that is neither ours nor Java: Node with the package ws.
// Arguments: daemon port, token, port of a peer that echoes. Prints "verified N bytes".
'use strict';
const WebSocket = require('ws');
const [port, token, echoPort] = process.argv.slice(2);
const TOTAL = 20 * 1024 * 1024;

function frame(opcode, requestId, ...payload) {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header[1] = opcode;
  header.writeUInt32LE(requestId, 4);
  return Buffer.concat([header, ...payload]);
}

function number(value, bytes) {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

const pattern = (at) => (at * 31 + (at >> 8)) & 0xff;
const socket = new WebSocket(`ws://127.0.0.1:${port}/io`);
let sent = 0;
let received = 0;
let pong = false;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function sendMore() {
  while (sent < TOTAL && sent - received < 4 * 1024 * 1024) {
    const size = Math.min(TOTAL - sent, 1 + (sent * 7919) % 100003);
    const data = Buffer.alloc(size);
    for (let i = 0; i < size; i++) {
      data[i] = pattern(sent + i);
    }
    sent += size;
    socket.send(frame(0x12, 0, number(7, 4), data));
  }
}

socket.on('open', () => {
  socket.send(frame(0x01, 1));
  socket.send(frame(0x03, 2, Buffer.from([1]), Buffer.from(token)));
});

socket.on('message', (message, isBinary) => {
  if (!isBinary) {
    fail('text');
  }
  const payload = message.subarray(8);
  switch (message[1]) {
    case 0x02:
      break;
    case 0x04:
      if (payload[0] !== 0) {
        fail('refused');
      }
      socket.send(frame(0x10, 3, number(7, 4), number(Number(echoPort), 2), Buffer.from('127.0.0.1')));
      break;
    case 0x11:
      if (payload[4] !== 0 || message.readUInt32LE(4) !== 3) {
        fail('not connected');
      }
      socket.ping('are you there');
      sendMore();
      break;
    case 0x13:
      for (let i = 4; i < payload.length; i++, received++) {
        if (payload[i] !== pattern(received)) {
          fail(`byte ${received} is wrong`);
        }
      }
      sendMore();
      if (received === TOTAL) {
        socket.close(1000);
      }
      break;
    default:
      fail(`unexpected opcode ${message[1]}`);
  }
});

socket.on('pong', (data) => {
  pong = data.toString() === 'are you there';
});
socket.on('error', (error) => fail(String(error)));
socket.on('close', (code) => {
  if (received !== TOTAL || code !== 1000 || !pong) {
    fail(`closed with ${code} after ${received} bytes, pong: ${pong}`);
  }
  console.log(`verified ${received} bytes`);
});
