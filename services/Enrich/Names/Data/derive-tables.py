#!/usr/bin/env python3
"""Derives the name tables beside this script from open data.

usage: derive-tables.py TERRITORIES_JSONL NICKNAMES_CSV LEGISLATORS_YAML

TERRITORIES_JSONL  territories of opensanctions/rigour (MIT licence)
NICKNAMES_CSV      carltonnorthern/nicknames (Apache-2.0 licence)
LEGISLATORS_YAML   unitedstates/congress-legislators (public domain)

territories.tsv: alias TAB canonical name; Latin script, no postal forms.
given-names.txt: one lower-case given name a line.
short-forms.txt: a given name and its short forms, lower case, one name a line.
"""
import csv, json, os, re, sys

here = os.path.dirname(os.path.abspath(__file__))
latin = re.compile(r"^[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f.'’ -]+$")
places = {}
for line in open(sys.argv[1], encoding="utf-8"):
    territory = json.loads(line)
    canonical = territory["name"]
    if not latin.match(canonical):
        continue
    names = [canonical] + [n for n in territory.get("names_strong", []) if latin.match(n)]
    for name in names:
        name = re.sub(r"\s+", " ", name).strip()
        if len(name) < 2 or (len(name) == 2 and name not in ("UK",)):
            continue
        if name.isupper() and len(name) > 4 or name.islower():
            name = name.title()
        places.setdefault(name, canonical)
with open(os.path.join(here, "territories.tsv"), "w", encoding="utf-8") as out:
    for name in sorted(places):
        out.write(f"{name}\t{places[name]}\n")

given = set()
for row in csv.reader(open(sys.argv[2], encoding="utf-8")):
    given.update(n.strip().lower() for n in (row[0], row[2]) if n.strip().isalpha() and len(n.strip()) > 2)
for line in open(sys.argv[3], encoding="utf-8"):
    match = re.match(r"\s+first: (\w+)\s*$", line)
    if match and len(match.group(1)) > 2:
        given.add(match.group(1).lower())
given -= {"name1", "name2", "will", "may", "mark", "grant", "chase", "christian", "china", "america", "asia", "holy", "see", "wash", "india", "dallas", "georgia", "jordan", "israel", "virginia", "carolina"}
given |= {"mark", "christian", "jordan"}
with open(os.path.join(here, "given-names.txt"), "w", encoding="utf-8") as out:
    out.write("\n".join(sorted(given)) + "\n")

forms = {}
for row in csv.reader(open(sys.argv[2], encoding="utf-8")):
    name, short = row[0].strip().lower(), row[2].strip().lower()
    if row[1] == "has_nickname" and name.isalpha() and short.isalpha() and len(short) > 1:
        forms.setdefault(name, set()).add(short)
with open(os.path.join(here, "short-forms.txt"), "w", encoding="utf-8") as out:
    for name in sorted(forms):
        out.write(" ".join([name, *sorted(forms[name])]) + "\n")
