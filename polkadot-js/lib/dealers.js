// The three dealers of the walk: each accepts, and deals its own rows, by the command line tool, as institutions do.

import { DATA, DEALERS } from '../page/task.js';

/** Each of them accepts the task; with the last one its committee is drawn, and each deals to it. */
export async function deal(chain, task) {
	for (const name of Object.keys(DEALERS)) {
		await chain.tool('accept', `${task}`, '--suri', `//${name}`, '--yes', '--no-policy');
	}
	for (const [name, clinic] of Object.entries(DEALERS)) {
		await chain.tool(
			'deal',
			'--suri',
			`//${name}`,
			'--task',
			`${task}`,
			'--data',
			DATA,
			'--only',
			`clinic=${clinic}`,
			'--no-policy',
		);
	}
}

/**
 * The same, and beside them the recipient of a sealed result accepts and deals its mask, by a seed that it keeps in a
 * file. Returns what it is told.
 */
export async function dealSealed(chain, task, recipient, seed) {
	const suri = `//${recipient}`;
	const masked = chain.tool('mask', `${task}`, '--suri', suri, '--mask-file', seed, '--yes');
	const [told] = await Promise.all([masked, deal(chain, task)]);
	return told;
}
