// Holds docs/APPS.md against what the walk used and saw.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DATA, DEALERS, REFUSED, SUBMIT } from '../page/task.js';
import { ROOT } from './chain.js';
import { human, pooled } from './checks.js';

/** The form's fields in their order, and what a reader is told to fill in. */
function form(value, path) {
	if (value === null) {
		return [[path, 'off']];
	}
	if (Array.isArray(value) && value.length === 0) {
		return [[path, 'none']];
	}
	if (typeof value === 'object') {
		return Object.entries(value).flatMap(([name, part]) =>
			form(part, path ? `${path}.${name}` : name),
		);
	}
	return [[path, `\`${value}\``]];
}

const section = (document, title) => document.split(/^## /m).find((part) => part.startsWith(title));
const rows = (part) =>
	part
		.split('\n')
		.filter((line) => line.startsWith('| `'))
		.map((line) =>
			line
				.slice(1, -1)
				.split('|')
				.map((cell) => cell.trim()),
		);

/** `task` and `refusals` are what the walk saw, on a chain whose first task it was. */
export async function checkDocument({ task, refusals }) {
	const document = await readFile(join(ROOT, 'docs/APPS.md'), 'utf8');
	assert.equal(task.task, 0);

	const submit = section(document, 'Submit a task');
	const fields = rows(submit).map(([field, value]) => [
		field.replaceAll('`', ''),
		value.replace(/ \(\w+\)$/, ''),
	]);
	assert.deepEqual(fields, form(SUBMIT, ''));
	assert.deepEqual(submit.match(/^0x[0-9a-f]+$/m)?.[0], task.call.hex, 'the encoded call');

	const acceptances = section(document, 'Accept').match(/^ostraka accept .*$/gm);
	assert.deepEqual(
		acceptances,
		Object.keys(DEALERS).map((name) => `ostraka accept 0 --suri //${name}`),
	);
	const commands = section(document, 'Deal').match(/^ostraka deal .*$/gm);
	const expected = Object.entries(DEALERS).map(
		([name, clinic]) =>
			`ostraka deal --suri //${name} --task 0 --data ${DATA} --only clinic=${clinic}`,
	);
	assert.deepEqual(commands, expected);

	const told = rows(section(document, 'Follow it')).flatMap(([names]) =>
		names.replaceAll('`', '').split(', '),
	);
	assert.deepEqual(told.sort(), [...new Set(task.events.map(({ name }) => name))].sort());

	const [count, sum] = await pooled();
	const mean = (Number(sum) / Number(count) / 100).toFixed(2);
	const result = section(document, 'Read the result').replaceAll('\n', ' ');
	const shown = `\`${human(count)}\` and \`${human(sum)}\``;
	const line = `${shown}: ${count} rows, a sum of ${Number(sum) / 100}, a mean of ${mean}.`;
	assert.ok(result.includes(line), line);

	for (const [call, error, says] of rows(section(document, 'Errors'))) {
		const [name] = /`(.*?)`/.exec(call).slice(1);
		const seen = refusals.find((refusal) => `\`${refusal.error}\`` === error);
		assert.deepEqual([seen?.call, seen?.docs], [name, says], error);
		for (const [, argument, value] of call.matchAll(/with `(\w+)` `(\w+)`/g)) {
			const { args } = REFUSED.find((refused) => refused.error === seen.error);
			const [spec, conditions, , , accept, collect, fee] = args;
			const used = { ...spec, ...conditions, accept, collect, fee }[argument];
			assert.equal(`${used}`, value, call);
		}
	}
}
