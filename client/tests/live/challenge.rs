//! Challenges by anybody: a dealing whose proof does not hold is found in a block's body, judged, and challenged with a bond.
//!
//! The chain's own members would challenge it at once. They do not see it here: their node indexes no dealings, so that they
//! have none to judge until `ostraka node supply` hands them over.

use crate::{
	account::{account, address, secret, Look, EACH},
	chain::DevChain,
	dealing::{deal_all, drawn, number, reaches, submit},
	node::ends_with_its_supervisor,
	tool::Tool,
	Scene,
};
use ostraka_client::{
	chain::{calls, Signer},
	dealing,
};
use ostraka_crypto::{
	seal::SealSecret,
	validity::{prove_witness, Witness},
	vss, Plain, Scalar,
};
use ostraka_primitives::{message::DealingMessage, Balance, TaskId};
use ostraka_protocol::{dealer, statistics::relation, wire};
use rand_core::OsRng;
use serde_json::Value;

/// What no three rows between 0 and 9 give.
const FORGED: [u64; 2] = [3, 1_000_000];

/// A dealing that is right in all but its input.
fn forged(look: &Look, task: TaskId, by: &str) -> DealingMessage {
	let info = look.task(task);
	let genesis = look.ask(|chain| async move { *chain.genesis() });
	let ctx = dealing::context(&genesis, task, &info).expect("it fits together");
	let dealer: [u8; 32] = account(by).into();
	let relation = relation(&info.task.spec).expect("a valid spec");
	let input = FORGED.map(Scalar::from);
	let seats = info.task.parameters.seats;
	let shared = vss::share::<Plain, _>(&input, ctx.threshold, seats, &mut OsRng);
	let (commitments, shares) = shared.expect("sound parameters");
	let blinding = vss::secret_blinding(ctx.threshold, &shares).expect("shares enough");
	let commitments = commitments.to_bytes();
	let proof = prove_witness::<Plain, _>(
		&relation,
		&ctx.statement(&dealer, &commitments),
		&Witness::new(&relation, &input),
		&blinding,
		&mut OsRng,
	);
	let (proof, rho) = (proof.expect("of any witness"), SealSecret::random(&mut OsRng));
	let made = dealer::assemble(&ctx, &dealer, commitments, &shares, &rho, proof, &mut OsRng);
	wire::dealing_message(made.expect("a dealing")).expect("short")
}

/// An amount that JSON has as text.
#[track_caller]
fn amount(value: &Value) -> Balance {
	value
		.as_str()
		.and_then(|text| text.parse().ok())
		.unwrap_or_else(|| panic!("no amount: {value}"))
}

pub fn a_forged_proof_is_challenged_with_a_bond(scene: &Scene) {
	let mut chain = DevChain::start(&scene.binary, &["--enable-offchain-indexing=false"]);
	chain.ready();
	let (tool, look) = (Tool::new(chain.url()), Look::new(chain.url()));
	look.fund(std::iter::once("challenge"));
	let accounts: Vec<String> = (0..EACH).map(|number| secret("challenge", number)).collect();
	let (by, dealers, challenger) = (&accounts[0], &accounts[1..5], &accounts[5]);
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags = "--class standard --statistic mean --columns x --range x=0:9 --collect 200";
	let task = number(&submit(&tool, by, flags, dealers));
	let early = tool.run(&format!("challenge {task} --dry-run"));
	early.fails(1, &["cannot be challenged: inviting"]);
	drawn(&tool, task, dealers);
	let none = tool.run(&format!("challenge {task} --dry-run")).done();
	none.says(&[&format!("task {task}: nobody has dealt yet")]);

	// one deals honestly, one forges
	deal_all(&tool, task, &dealers[1..2], &rows);
	let message = forged(&look, task, &dealers[0]);
	let signer = Signer::from_secret(&dealers[0]).expect("a derivation path");
	let task_hash = look.task(task).task.task_hash.expect("drawn");
	look.ask(
		|chain| async move { chain.submit(&calls::deal(task, task_hash, message), &signer).await },
	)
	.expect("the chain computes nothing with a proof");

	// found by whoever looks, and nothing is sent without a yes
	let (cheat, honest) = (address(&dealers[0]), address(&dealers[1]));
	let seen = tool.run(&format!("challenge {task} --dry-run")).done();
	seen.says(&[&cheat, &honest, "DOES NOT HOLD: InvalidInput", "2 proofs judged: 1 hold, 1 not"]);
	let alone = tool.run(&format!("challenge {task} --dry-run --dealer {honest}")).json();
	assert_eq!((&alone["wrong"], alone["dealings"].as_array().map(Vec::len)), (&0.into(), Some(1)));
	let asked = tool.run(&format!("challenge {task}")).by(challenger).start();
	asked.ends(2, &["bond ", "reward ", "no terminal", "--yes"]);
	let asked = tool.run(&format!("challenge {task} --json")).by(challenger);
	asked.fails(2, &["nobody is asked", "\"code\":2"]);
	let poor = tool.run(&format!("challenge {task} --yes")).by("//nobody//has//paid").start();
	poor.ends(4, &["for the bond and the fee", "send tokens to it first"]);
	let (before, held) = look.money(challenger);
	assert_eq!(held, 0, "nothing was sent");

	let challenged = tool.run(&format!("challenge {task} --yes")).by(challenger).json();
	let dealings = challenged["dealings"].as_array().expect("a list");
	let made = dealings.iter().find(|dealing| dealing["dealer"] == cheat).expect("its dealing");
	let sent = &made["challenge"];
	assert_eq!((&made["holds"], &sent["excluded"]), (&false.into(), &true.into()));
	assert!(amount(&sent["fee"]) <= amount(&challenged["fee"]), "{challenged}");
	assert_eq!(sent["reward"], challenged["reward"]);
	let (after, held) = look.money(challenger);
	assert_eq!((after + amount(&sent["fee"]) - before, held), (amount(&sent["reward"]), 0));
	assert_eq!(amount(&challenged["bond"]), look.constant("Incentives", "ChallengeBond"));

	// it is told, and not challenged again
	let shown = tool.run(&format!("task show {task}")).done();
	let by_whom = format!("found by {}, with a bond, in block", address(challenger));
	shown.says(&["excluded", "InvalidInput", &by_whom]);
	let again = tool.run(&format!("challenge {task} --yes")).by(challenger).done();
	again.says(&["excluded already", "there is nothing to challenge"]);

	// the result is right without it
	deal_all(&tool, task, &dealers[2..], &rows);
	tool.run(&format!("node supply --task {task}")).done();
	let result = tool.run(&format!("task watch {task}")).json();
	assert_eq!((&result["dealers"], &result["result"]["mean"]), (&3.into(), &2.0.into()));
	reaches(&tool, task, &["settled"]);
	let verified = tool.run(&format!("result --task {task} --verify")).json();
	assert_eq!((&verified["verdict"], &verified["verified"]), (&"right".into(), &true.into()));
	assert_eq!(verified["proofs"], serde_json::json!({ "hold": 3, "of": 3 }));
	assert_eq!(verified["excluded"][0]["dealer"], cheat);
	let late = tool.run(&format!("challenge {task} --dry-run"));
	late.fails(1, &["cannot be challenged: completed", "--verify"]);
	ends_with_its_supervisor(chain);
}
