"""Prints what Prometheus' own client makes of OpenMetrics text: a line of JSON for each family."""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    text = file.read()
for family in text_string_to_metric_families(text):
    samples = [{"name": each.name, "labels": each.labels, "value": int(each.value)} for each in family.samples]
    print(json.dumps({"name": family.name, "type": family.type, "unit": family.unit,
                      "help": family.documentation, "samples": samples}))
print("{}", flush=True)
