// The task that docs/APPS.md walks through by hand and the tests walk through by program, as plain data.

/** One token, in its smallest unit: amounts are integers that count these. */
export const TOKEN = 10n ** 12n;

/** Well-known accounts of development chains. */
export const ACCOUNTS = {
	Alice: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
	Bob: '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
	Charlie: '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y',
	Dave: '5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy',
};

/** Who deals, and which rows of `DATA`. */
export const DEALERS = { Bob: 'Aberdeen', Charlie: 'Bergen', Dave: 'Cork' };
export const DATA = 'examples/clinics.csv';

/** The arguments of `tasks.submit`, named as the form in polkadot.js Apps names them. */
export const SUBMIT = {
	spec: {
		statistic: 'Mean',
		columns: [{ name: 'response', decimals: 2, min: 0, max: 10_000 }],
		target: null,
		weight: null,
		edges: [],
		quantiles: [],
		groupBy: null,
		maxRows: 1_000,
	},
	conditions: { leastDealers: 3, required: [], counting: null, sealedTo: null },
	class: 'Standard',
	dealers: Object.keys(DEALERS).map((name) => ACCOUNTS[name]),
	accept: 600,
	collect: 600,
	fee: 2n * TOKEN,
	dataReward: 3n * TOKEN,
};

/** The arguments in the call's order, with some of them changed. */
export function submission(changes = {}) {
	const all = { ...SUBMIT, ...changes };
	return [
		all.spec,
		all.conditions,
		all.class,
		all.dealers,
		all.accept,
		all.collect,
		all.fee,
		all.dataReward,
	];
}

const spec = (changes) => submission({ spec: { ...SUBMIT.spec, ...changes } });
const conditions = (changes) => submission({ conditions: { ...SUBMIT.conditions, ...changes } });
const zeros = (length) => new Uint8Array(length);

/** Calls of Alice's that the chain refuses, and the error that it answers. */
export const REFUSED = [
	{ call: 'registry.bond', args: [TOKEN], error: 'registry.NotRegistered' },
	{ call: 'registry.setRole', args: ['Verify'], error: 'registry.NotRegistered' },
	{ call: 'tasks.cancel', args: [4_000_000_000], error: 'tasks.UnknownTask' },
	{
		call: 'tasks.accept',
		args: [4_000_000_000, zeros(32), zeros(32)],
		error: 'tasks.UnknownTask',
	},
	{ call: 'tasks.submit', args: spec({ maxRows: 0 }), error: 'tasks.NoRows' },
	{ call: 'tasks.submit', args: spec({ edges: [1, 2] }), error: 'tasks.WrongEdges' },
	{
		call: 'tasks.submit',
		args: spec({ columns: [{ name: 'response', decimals: 2, min: 1, max: 0 }] }),
		error: 'tasks.WrongRange',
	},
	{ call: 'tasks.submit', args: submission({ fee: 0 }), error: 'tasks.FeeTooLow' },
	{ call: 'tasks.submit', args: submission({ collect: 1 }), error: 'tasks.WindowTooShort' },
	{
		call: 'tasks.submit',
		args: submission({ dealers: [ACCOUNTS.Bob] }),
		error: 'tasks.TooFewDealers',
	},
	{ call: 'tasks.submit', args: conditions({ leastDealers: 4 }), error: 'tasks.WrongLeast' },
	{
		call: 'tasks.submit',
		args: conditions({ required: [ACCOUNTS.Alice] }),
		error: 'tasks.WrongRequired',
	},
	{ call: 'tasks.submit', args: conditions({ counting: 0 }), error: 'tasks.WrongCounting' },
	{
		call: 'tasks.submit',
		args: conditions({ sealedTo: ACCOUNTS.Bob }),
		error: 'tasks.RecipientDeals',
	},
	{
		call: 'consent.setPolicy',
		args: [zeros(32), { quota: null, leastCohort: 0, leastDifference: 17, coDealers: [] }],
		error: 'consent.UnsoundPolicy',
	},
	{ call: 'consent.removePolicy', args: [zeros(32)], error: 'consent.NoPolicy' },
	{
		call: 'vss.deal',
		args: [
			4_000_000_000,
			zeros(32),
			{
				commitments: [],
				ephemeral: zeros(32),
				proof: zeros(64),
				sealed: [],
				validity: '0x',
			},
		],
		error: 'vss.UnknownTask',
	},
	{
		call: 'vss.challengeWithBond',
		args: [
			4_000_000_000,
			ACCOUNTS.Bob,
			zeros(32),
			{ commitments: [], ephemeral: zeros(32), sealedHashes: [], validity: '0x' },
		],
		error: 'vss.UnknownTask',
	},
];
