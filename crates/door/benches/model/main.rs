//! A small model of the record: writers, two sequencers without a leader, crashes, one backup that is restored, one erasure.
//! Every order in which these can happen is tried, and in every state five invariants must hold.
//!
//! `cargo bench -p plimsoll-door --bench model`. The model is believed only because it is tried on broken rules, too: each of
//! them must be found out, by the invariant that it breaks, and the shortest way there is printed.

#![expect(clippy::print_stdout, reason = "the figures are the output")]

mod state;

use std::collections::{HashMap, VecDeque};

use self::state::{Rules, State};

/// What must hold in every state.
const INVARIANTS: [&str; 5] = [
    "I1 each committed event has its place, or waits for it",
    "I2 no event has two places",
    "I3 signed checkpoints that anybody may hold continue each other",
    "I4 what an event could see comes before it",
    "I5 an erasure changes no leaf",
];

fn main() {
    let sound = Rules::default();
    let (states, broken) = explore(sound);
    assert!(broken.is_none(), "the rules break an invariant: {broken:?}");
    println!("the rules as they are: {states} states, all five invariants hold in each");
    let altered = [
        ("a cursor over numbers instead of a list of what waits", Rules { cursor: true, ..sound }, 0),
        ("two sequencers without the lock", Rules { unlocked: true, ..sound }, 1),
        ("signing without a look at the high-water mark", Rules { unguarded: true, ..sound }, 2),
        ("the newest checkpoint given out, covered by the high-water mark or not", Rules { hasty: true, ..sound }, 2),
        ("a batch in the wrong order", Rules { reversed: true, ..sound }, 3),
        ("a leaf that covers the value itself", Rules { plain: true, ..sound }, 4),
    ];
    for (name, rules, invariant) in altered {
        let (states, broken) = explore(rules);
        let Some((found, steps)) = broken else { panic!("{name}: not found out in {states} states") };
        assert_eq!(found, invariant, "{name}: {}", INVARIANTS[found]);
        println!("{name}: breaks “{}” after {} steps: {}", INVARIANTS[found], steps.len(), steps.join(", "));
    }
}

/// Tries every order, shortest first. Gives the number of states, and which invariant breaks first after which steps.
fn explore(rules: Rules) -> (usize, Option<(usize, Vec<String>)>) {
    let first = State::default();
    let mut known: HashMap<State, Option<(State, String)>> = HashMap::from([(first.clone(), None)]);
    let mut open = VecDeque::from([first]);
    while let Some(state) = open.pop_front() {
        for (step, next) in state.steps(rules) {
            if known.contains_key(&next) {
                continue;
            }
            known.insert(next.clone(), Some((state.clone(), step)));
            if let Some(invariant) = next.broken(rules) {
                return (known.len(), Some((invariant, way(&known, next))));
            }
            open.push_back(next);
        }
    }
    (known.len(), None)
}

/// The steps that lead to a state.
fn way(known: &HashMap<State, Option<(State, String)>>, mut state: State) -> Vec<String> {
    let mut steps = Vec::new();
    while let Some(Some((before, step))) = known.get(&state) {
        steps.push(step.clone());
        state = before.clone();
    }
    steps.reverse();
    steps
}
