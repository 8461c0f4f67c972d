// Makes given-names.txt beside this script: node derive-given-names.mjs FOLDER_OF_THE_UNPACKED_NPM_PACKAGE_@faker-js/faker
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { allLocales } = await import(pathToFileURL(process.argv[2] + '/dist/index.js'));
const names = new Set();
for (const locale of Object.values(allLocales)) {
  const given = locale.person?.first_name ?? [];
  for (const name of (Array.isArray(given) ? given : Object.values(given).flat()).flatMap(n => String(n).split(/\s+/))) {
    // Alphabets only: names of the other scripts are not words of a line.
    if (/^(?=.{3})[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{M}'’-]+$/u.test(name)) {
      names.add(name.toLowerCase().normalize('NFC'));
    }
  }
}
writeFileSync(new URL('given-names.txt', import.meta.url), [...names].sort().join('\n') + '\n');
