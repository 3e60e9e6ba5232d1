// What must hold of everything that `page/walk.js` saw, be it in Node or in a browser.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DATA, DEALERS, REFUSED, SUBMIT, TOKEN } from '../page/task.js';
import { ROOT } from './chain.js';
import { complaints } from './console.js';

const number = (human) => BigInt(human.replaceAll(',', ''));
export const human = (integer) => integer.toString().replace(/\B(?=(\d{3})+$)/g, ',');

/** Everything is known by its type, named and documented. */
export function checkMetadata(seen) {
	assert.ok(seen.types > 100, `only ${seen.types} types`);
	assert.deepEqual(seen.unknown, []);
	const offered = seen.versions.map(({ version }) => version).sort();
	assert.deepEqual(offered, [14, 15, 16]);
	for (const { version, pallets, unknown } of seen.versions) {
		assert.deepEqual(unknown, [], `metadata v${version}`);
		for (const pallet of ['Registry', 'Tasks', 'Vss', 'Incentives', 'Consent']) {
			assert.ok(pallets.includes(pallet), `metadata v${version} lacks ${pallet}`);
		}
	}
	for (const kind of [
		'registry call',
		'registry error',
		'tasks call',
		'tasks error',
		'vss call',
		'vss error',
		'consent call',
		'consent error',
	]) {
		assert.ok(seen.counts[kind] > 0, `no ${kind}`);
	}
	for (const pallet of ['registry', 'tasks', 'vss', 'incentives', 'consent']) {
		assert.ok(seen.counts[`${pallet} event`] > 0, `no ${pallet} event`);
	}
	assert.deepEqual(seen.undocumented, []);
	assert.deepEqual(seen.unnamed, []);
	assert.ok(seen.accounts.length >= 10, 'accounts are declared as such');
	for (const { field, type } of seen.accounts) {
		assert.match(type, /^(Vec<)?AccountId32>?$/, field);
	}
	assert.match(seen.signer, /MultiAddress$/);
	assert.match(seen.transferTo, /MultiAddress$/);
}

/** The library understood the chain: nothing in the console but what is known to be harmless. */
export function checkConsole(lines, { extensions }) {
	const { unknown, extensions: ignored } = complaints(lines);
	assert.deepEqual(unknown, []);
	assert.ok(
		ignored.includes('AuthorizeCall'),
		'the library came to know AuthorizeCall: look at its definition',
	);
	for (const name of ignored) {
		const { explicit, implicit } = extensions.find((extension) => extension.name === name);
		assert.deepEqual(
			[explicit, implicit],
			['Null', 'Null'],
			`${name} adds bytes to a transaction`,
		);
	}
}

/** Every error decodes to its name and its documentation. */
export function checkRefusals(seen) {
	assert.equal(seen.length, REFUSED.length);
	for (const { call, expected, error, docs } of seen) {
		assert.equal(error, expected, call);
		assert.ok(docs.length > 10, `${error} is not documented`);
	}
}

/** The runtime API answers with records. */
export function checkRuntimeApi({ offered, answers }, { task }) {
	const expected = [
		'class',
		'expectedRewards',
		'isInsecure',
		'leastFee',
		'node',
		'nodes',
		'prices',
		'result',
		'task',
	];
	for (const name of expected) {
		assert.ok(offered.includes(name), `ostrakaApi.${name} is not in the metadata`);
	}
	assert.equal(answers.isInsecure, true);
	const roles = (role) => answers.nodes.filter((node) => node.role === role).length;
	assert.deepEqual(['Compute', 'Verify', 'Both'].map(roles), [7, 3, 0]);
	assert.equal(answers.node.role, 'Compute', 'a member computes');
	assert.equal(number(answers.node.stake) > 0n, true);
	assert.equal(answers.node.active, true);
	assert.deepEqual(
		answers.nodes.find(({ account }) => account === answers.node.account).worker,
		answers.node.worker,
	);
	assert.equal(answers.task.task.spec.columns[0].name, SUBMIT.spec.columns[0].name);
	assert.deepEqual(answers.class, answers.task.task.parameters);
	assert.deepEqual([answers.class.seats, answers.class.verifiers], ['3', '2']);
	assert.equal(answers.result.dealers, '3');
	assert.equal(answers.expectedRewards, '0');
	const { work, rent, least } = answers.leastFee;
	assert.equal(number(least), number(work) + number(rent.most));
	assert.equal(number(least) <= SUBMIT.fee, true, `the fee of ${task} would be too low`);
	assert.equal(number(answers.prices.drawFee), TOKEN / 2n);
	assert.equal(number(answers.prices.placeRent) > 0n, true);
	assert.equal(answers.prices.places.total, '1,000');
}

/** The rows that the three dealers hold, pooled: how many have a value, and their sum in units of the column. */
export async function pooled() {
	const [head, ...rows] = (await readFile(join(ROOT, DATA), 'utf8'))
		.trimEnd()
		.split('\n')
		.map((line) => line.split(','));
	const [{ name, decimals }] = SUBMIT.spec.columns;
	const [clinic, column] = [head.indexOf('clinic'), head.indexOf(name)];
	const cells = rows
		.filter((row) => Object.values(DEALERS).includes(row[clinic]))
		.map((row) => row[column]);
	const values = cells
		.filter((cell) => cell !== '')
		.map((cell) => {
			const [whole, fraction = ''] = cell.split('.');
			return BigInt(whole + fraction.padEnd(decimals, '0'));
		});
	return [BigInt(values.length), values.reduce((sum, value) => sum + value, 0n)];
}

/** A task went its whole way, its events say so in named numbers, and its result is that of the pooled rows. */
export async function checkTask({ task, call, events, phases, info, result, record, status }) {
	const of = (name) => events.filter((event) => event.name === name).map(({ fields }) => fields);
	const only = (name) => {
		const found = of(name);
		assert.equal(found.length, 1, `${found.length} ${name}`);
		return found[0];
	};
	assert.equal(call.human.method, 'submit');
	assert.equal(call.human.args.spec.columns[0].name, 'response');
	assert.equal(call.human.args.spec.columns[0].max, '10,000');

	const submitted = only('tasks.TaskSubmitted');
	assert.equal(submitted.class, SUBMIT.class);
	assert.equal(submitted.dealers, `${SUBMIT.dealers.length}`);
	assert.equal(submitted.fee, human(SUBMIT.fee));
	assert.equal(submitted.dataReward, human(SUBMIT.dataReward));
	assert.deepEqual(
		of('tasks.Accepted').map(({ accepted }) => accepted),
		['1', '2', '3'],
	);
	assert.equal(of('incentives.DepositHeld').length, 3);
	const invited = only('tasks.InvitingEnded');
	assert.deepEqual([invited.early, invited.accepted], [true, '3']);
	const drawn = only('tasks.CommitteeDrawn');
	assert.equal(drawn.members.length, 3);
	assert.equal(drawn.panel.length, 2);
	assert.equal(new Set([...drawn.members, ...drawn.panel]).size, 5, 'nobody has two seats');
	assert.match(drawn.taskHash, /^0x[0-9a-f]{64}$/);
	assert.deepEqual(
		of('vss.Dealt').map(({ dealings }) => dealings),
		['1', '2', '3'],
	);
	for (const name of ['tasks.Accepted', 'vss.Dealt']) {
		assert.deepEqual(
			of(name)
				.map(({ dealer }) => dealer)
				.sort(),
			[...SUBMIT.dealers].sort(),
			name,
		);
	}
	assert.equal(only('tasks.CollectingEnded').early, true);
	const attested = of('vss.Attested');
	for (const counted of ['attested', 'seat']) {
		const numbers = attested.map((fields) => fields[counted]).sort();
		assert.deepEqual(numbers, ['1', '2', '3', '4', '5'], counted);
	}
	assert.deepEqual(
		attested.map(({ node }) => node).sort(),
		[...drawn.members, ...drawn.panel].sort(),
	);
	only('tasks.VerificationComplete');
	assert.equal(only('tasks.AcceptedSetFrozen').accepted, '3');
	assert.equal(of('vss.ResultCommitted').length, 3);
	assert.equal(of('vss.ResultShareRight').length, 3);
	const published = only('vss.ResultPublished');
	assert.equal(published.dealers, '3');
	assert.deepEqual(published.vector.map(number), await pooled());
	only('tasks.TaskCompleted');
	assert.equal(only('tasks.TaskSettled').outcome, 'Completed');
	assert.deepEqual(phases.at(-1), 'Settled');

	// money, in the smallest unit: all of the fee is accounted for, and each dealer got its part of the reward
	const [opened, settled] = [only('incentives.EscrowOpened'), only('incentives.FeeSettled')];
	const [kept, rent] = [number(opened.rent), number(settled.rent)];
	assert.equal(rent > 0n && rent <= kept, true, `${rent} of ${kept} for rent`);
	const paid = of('incentives.NodePaid').map(({ amount }) => number(amount));
	assert.equal(paid.length, 5);
	assert.deepEqual(paid, Array(5).fill((SUBMIT.fee - kept) / 5n), 'members and verifiers alike');
	assert.equal(
		paid.reduce((sum, amount) => sum + amount),
		number(settled.paid),
	);
	assert.equal(number(settled.paid) + number(settled.returned) + rent, SUBMIT.fee);
	assert.equal(settled.withheld, '0', 'nobody was silent');
	const rewards = of('incentives.DealerPaid').map(({ amount }) => number(amount));
	assert.deepEqual(rewards, Array(3).fill(SUBMIT.dataReward / 3n));
	assert.equal(of('incentives.DepositReturned').length, 3);

	for (const { name, fields, docs } of events) {
		assert.ok(docs.length > 10, `${name} is not documented`);
		assert.equal(fields.task, human(task), name);
		for (const field of Object.keys(fields)) {
			assert.match(field, /^[a-zA-Z]+$/, `a field of ${name} has no name`);
		}
	}

	assert.equal(info.task.status.Settled, 'Completed');
	assert.equal(status.Settled, 'Completed');
	assert.equal(record.spec.statistic, 'Mean');
	assert.equal(info.task.accepted, '3');
	assert.equal(info.task.conditions.leastDealers, `${SUBMIT.conditions.leastDealers}`);
	assert.equal(info.masked, false);
	assert.match(info.task.terms, /^0x[0-9a-f]{64}$/);
	assert.equal(result.dealers, 3);
	assert.equal(result.sealedTo, null, 'anybody reads it');
	assert.deepEqual([result.panel, result.attested, result.disproven], [2, 2, 0]);
	assert.deepEqual(result.vector.map(BigInt), await pooled());
	assert.deepEqual(result.human.vector, published.vector);
}

/** The order of the field that the numbers of results are of. */
const ORDER = 52435875175126190479447740508185965837690552500527637822603658699938581184513n;

/** A number of 32 bytes in hexadecimal, the lowest first. */
const scalar = (text) => BigInt(`0x${Buffer.from(text.slice(2), 'hex').reverse().toString('hex')}`);

/**
 * Of a sealed task everybody sees what is seen of any, but for its numbers: these say nothing. `read` is what its recipient
 * reads by its seed, `opening` what it opens the result by, and `known` what others read by that.
 */
export async function checkSealed(seen, { recipient, read, opening, known }) {
	const { call, events, info, result, status } = seen;
	const of = (name) => events.filter((event) => event.name === name).map(({ fields }) => fields);
	const who = (name) =>
		of(name)
			.map(({ dealer }) => dealer)
			.sort();
	assert.equal(call.human.args.conditions.sealedTo, recipient);
	assert.equal(info.task.conditions.sealedTo, recipient);
	const dealers = [...SUBMIT.dealers].sort();
	const withRecipient = [...SUBMIT.dealers, recipient].sort();
	for (const name of [
		'incentives.DepositHeld',
		'tasks.Accepted',
		'vss.Dealt',
		'incentives.DepositReturned',
	]) {
		assert.deepEqual(who(name), withRecipient, name);
	}
	// a mask is no dealer's, wherever dealers are counted or paid
	assert.deepEqual(who('incentives.DealerPaid'), dealers);
	const accepted = of('tasks.Accepted').filter(({ dealer }) => dealer !== recipient);
	assert.deepEqual(
		accepted.map((fields) => fields.accepted),
		['1', '2', '3'],
	);
	assert.deepEqual(
		of('tasks.AcceptedSetFrozen').map((fields) => fields.accepted),
		['3'],
	);
	assert.equal(status.Settled, 'Completed');
	assert.deepEqual([result.sealedTo, result.dealers], [recipient, 3]);

	const [published] = of('vss.ResultPublished');
	assert.equal(published.dealers, '3');
	const masked = result.vector.map(BigInt);
	assert.deepEqual(published.vector.map(number), masked);
	// a random number below the order is smaller than this one time in 2^54
	assert.ok(
		masked.every((entry) => 2n ** 200n < entry && entry < ORDER),
		`${masked}`,
	);
	// as docs/APPS.md has it: entry by entry, what opens the result taken from what was published
	const mask = opening.values.map(scalar);
	const plain = masked.map((entry, index) => (entry - mask[index] + ORDER) % ORDER);
	const [count, sum] = await pooled();
	assert.deepEqual(plain, [count, sum]);
	for (const told of [read, known]) {
		assert.deepEqual([told.opened, told.verdict], [true, 'right']);
		assert.deepEqual(
			[told.result.count, told.result.sum],
			[Number(count), Number(sum) / 100],
		);
	}
}
