// The three dealers of the walk: each deals its own rows by the command line tool, as institutions do.

import { DATA, DEALERS } from '../page/task.js';

/** Deals to the task for each of them. */
export async function deal(chain, task) {
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
		);
	}
}
