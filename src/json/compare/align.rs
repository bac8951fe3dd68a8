//! Which element of an array became which.
//!
//! First what is equal, then what has the same identity, then, between those, what is alike: so that one element
//! that was put in does not change everything after it. No step is worse than n log n.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Side;
use crate::json::Kind;

/// Members by which Slack tells an element from its neighbours, the strongest first.
const IDENTITIES: [&str; 6] = ["block_id", "action_id", "client_msg_id", "ts", "event_id", "id"];

/// Members that are looked at to find an identity, or to tell how much two objects have in common.
const MEMBERS: usize = 24;

/// Pairs of elements that are held against each other in one gap, each with each.
const PAIRS: usize = 256;

/// What happened to an element; the numbers are rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The same element, changed or not.
    Pair {
        old: usize,
        new: usize,
    },
    /// The same, at another place among the others.
    Moved {
        old: usize,
        new: usize,
    },
    Removed {
        old: usize,
    },
    Added {
        new: usize,
    },
}

/// An element that is still without a partner.
#[derive(Clone, Copy)]
struct Item {
    row: usize,
    /// The place among its siblings.
    at: usize,
    hash: u64,
    /// The hash of what identifies it, with the number of the member that does.
    identity: Option<(usize, u64)>,
}

/// The elements of two arrays, in the order of the new one.
pub(super) fn align(old: Side, old_array: usize, new: Side, new_array: usize) -> Vec<Step> {
    let (olds, news) = (items(old, old_array), items(new, new_array));
    let mut fates = Fates {
        old,
        new,
        partners: vec![None; news.len()],
        kept: vec![false; olds.len()],
        moved: vec![false; news.len()],
    };
    fates.settle(&olds, &news);
    fates.steps(&olds, &news)
}

fn items(side: Side, array: usize) -> Vec<Item> {
    let rows = side.document.children(array);
    rows.enumerate()
        .map(|(at, row)| Item { row, at, hash: side.hashes[row], identity: identity(side, row) })
        .collect()
}

fn identity(side: Side, row: usize) -> Option<(usize, u64)> {
    if side.kind(row) != Kind::Object {
        return None;
    }
    let members = side.document.children(row).take(MEMBERS);
    let named = members.filter(|child| matches!(side.kind(*child), Kind::String | Kind::Number));
    named
        .filter_map(|child| {
            let key = side.document.key_text(child)?;
            let at = IDENTITIES.iter().position(|name| *name == &key[1..key.len() - 1])?;
            Some((at, side.hashes[child]))
        })
        .min()
}

/// What is known of each element so far, by its place.
struct Fates<'a> {
    old: Side<'a>,
    new: Side<'a>,
    /// For each new element the place of the old one.
    partners: Vec<Option<usize>>,
    /// Old elements that have a partner.
    kept: Vec<bool>,
    moved: Vec<bool>,
}

impl Fates<'_> {
    fn pair(&mut self, old: &Item, new: &Item) {
        self.partners[new.at] = Some(old.at);
        self.kept[old.at] = true;
    }

    fn settle(&mut self, olds: &[Item], news: &[Item]) {
        let (olds, news) = self.trim(olds, news);
        let anchors = anchors(olds, news);
        let firm = longest_rising(&anchors);
        let mut unfirm = vec![true; anchors.len()];
        for at in &firm {
            unfirm[*at] = false;
        }
        for ((old, new), moved) in anchors.iter().zip(unfirm) {
            self.pair(&olds[*old], &news[*new]);
            self.moved[news[*new].at] = moved;
        }
        self.gaps(olds, news, &firm.into_iter().map(|at| anchors[at]).collect::<Vec<_>>());
    }

    /// Looks into each gap between those that have found each other.
    fn gaps(&mut self, olds: &[Item], news: &[Item], firm: &[(usize, usize)]) {
        let (mut old_from, mut new_from) = (0, 0);
        for (old_to, new_to) in firm.iter().copied().chain([(olds.len(), news.len())]) {
            let free_olds: Vec<Item> =
                olds[old_from..old_to].iter().filter(|item| !self.kept[item.at]).copied().collect();
            let free_news: Vec<Item> = news[new_from..new_to]
                .iter()
                .filter(|item| self.partners[item.at].is_none())
                .copied()
                .collect();
            self.gap(&free_olds, &free_news);
            (old_from, new_from) = (old_to + 1, new_to + 1);
        }
    }

    /// Equal elements that are no longer told apart by standing alone, then those that are alike between them.
    fn gap(&mut self, olds: &[Item], news: &[Item]) {
        if olds.is_empty() || news.is_empty() {
            return;
        }
        let (olds, news) = self.trim(olds, news);
        let twins = nth_with_nth(olds, news);
        let firm = longest_rising(&twins);
        let (mut old_from, mut new_from) = (0, 0);
        for (old_to, new_to) in firm.into_iter().map(|at| twins[at]).chain([(olds.len(), news.len())]) {
            self.alike(&olds[old_from..old_to], &news[new_from..new_to]);
            if let (Some(old), Some(new)) = (olds.get(old_to), news.get(new_to)) {
                self.pair(old, new);
            }
            (old_from, new_from) = (old_to + 1, new_to + 1);
        }
    }

    /// Pairs what is equal at the start and at the end, and gives the rest.
    fn trim<'i>(&mut self, olds: &'i [Item], news: &'i [Item]) -> (&'i [Item], &'i [Item]) {
        let start = olds.iter().zip(news).take_while(|(old, new)| old.hash == new.hash).count();
        let (olds_rest, news_rest) = (&olds[start..], &news[start..]);
        let same_end = olds_rest.iter().rev().zip(news_rest.iter().rev());
        let end = same_end.take_while(|(old, new)| old.hash == new.hash).count();
        for (old, new) in olds[..start].iter().zip(news) {
            self.pair(old, new);
        }
        for (old, new) in olds_rest.iter().rev().zip(news_rest.iter().rev()).take(end) {
            self.pair(old, new);
        }
        (&olds_rest[..olds_rest.len() - end], &news_rest[..news_rest.len() - end])
    }

    /// Pairs what has most in common, in order.
    fn alike(&mut self, olds: &[Item], news: &[Item]) {
        if olds.len() * news.len() > PAIRS {
            // Too many to hold each against each. As many on both sides: most likely the same ones, all changed.
            if olds.len() == news.len() {
                let pairs: Vec<_> =
                    olds.iter().zip(news).filter(|(old, new)| self.likeness(old, new) > 0).collect();
                for (old, new) in pairs {
                    self.pair(old, new);
                }
            }
            return;
        }
        // best[o][n]: the most that the elements from o and n on can have in common.
        let mut best = vec![vec![0_u32; news.len() + 1]; olds.len() + 1];
        let mut likeness = vec![vec![0_u32; news.len()]; olds.len()];
        for o in (0..olds.len()).rev() {
            for n in (0..news.len()).rev() {
                likeness[o][n] = self.likeness(&olds[o], &news[n]);
                let paired = if likeness[o][n] > 0 { best[o + 1][n + 1] + likeness[o][n] } else { 0 };
                best[o][n] = paired.max(best[o + 1][n]).max(best[o][n + 1]);
            }
        }
        let (mut o, mut n) = (0, 0);
        while o < olds.len() && n < news.len() {
            if likeness[o][n] > 0 && best[o][n] == best[o + 1][n + 1] + likeness[o][n] {
                self.pair(&olds[o], &news[n]);
                (o, n) = (o + 1, n + 1);
            } else if best[o][n] == best[o + 1][n] {
                o += 1;
            } else {
                n += 1;
            }
        }
    }

    /// How much two elements have in common; 0 for what had better be told as removed and added.
    fn likeness(&self, old: &Item, new: &Item) -> u32 {
        match (self.old.kind(old.row), self.new.kind(new.row)) {
            (Kind::Object, Kind::Object) => {
                let foreign =
                    old.identity.is_some() && new.identity.is_some() && old.identity != new.identity;
                let shared = self.shared(old.row, new.row);
                if foreign { shared } else { shared + 1 }
            }
            (Kind::Array, Kind::Array) => 1,
            (a, b) => u32::from(!a.is_container() && !b.is_container()),
        }
    }

    /// How many members two objects have in common; none where they say that they are of different types.
    fn shared(&self, old: usize, new: usize) -> u32 {
        let (olds, news) = (self.old.document, self.new.document);
        let mut shared = 0;
        for old in olds.children(old).take(MEMBERS) {
            let key = olds.key_text(old);
            let Some(new) = news.children(new).take(MEMBERS).find(|new| news.key_text(*new) == key) else {
                continue;
            };
            if self.old.hashes[old] == self.new.hashes[new] {
                shared += 1;
            } else if key == Some("\"type\"") {
                return 0;
            }
        }
        shared
    }

    fn steps(self, olds: &[Item], news: &[Item]) -> Vec<Step> {
        let mut gone = olds.iter().filter(|old| !self.kept[old.at]).peekable();
        let mut steps = Vec::with_capacity(news.len());
        for new in news {
            let step = match self.partners[new.at] {
                None => Step::Added { new: new.row },
                Some(old) if self.moved[new.at] => Step::Moved { old: olds[old].row, new: new.row },
                Some(old) => {
                    while let Some(gone) = gone.next_if(|gone| gone.at < old) {
                        steps.push(Step::Removed { old: gone.row });
                    }
                    Step::Pair { old: olds[old].row, new: new.row }
                }
            };
            steps.push(step);
        }
        steps.extend(gone.map(|gone| Step::Removed { old: gone.row }));
        steps
    }
}

/// Elements that are equal, or else have the same identity, and stand alone with that on both sides. Places in the
/// slices, by the old ones.
fn anchors(olds: &[Item], news: &[Item]) -> Vec<(usize, usize)> {
    let mut partner = vec![None; olds.len()];
    let mut taken = vec![false; news.len()];
    for (old, new) in alone(olds, news, |item| Some((usize::MAX, item.hash))) {
        partner[old] = Some(new);
        taken[new] = true;
    }
    for (old, new) in alone(olds, news, |item| item.identity) {
        if partner[old].is_none() && !taken[new] {
            partner[old] = Some(new);
        }
    }
    partner.into_iter().enumerate().filter_map(|(old, new)| Some((old, new?))).collect()
}

/// Where a key occurs: once, or more often.
enum Seen {
    Once(usize),
    Often,
}

fn alone(olds: &[Item], news: &[Item], key: impl Fn(&Item) -> Option<(usize, u64)>) -> Vec<(usize, usize)> {
    let places = |items: &[Item]| {
        let mut places = HashMap::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let Some(key) = key(item) else { continue };
            match places.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(Seen::Once(at))),
                Entry::Occupied(mut entry) => drop(entry.insert(Seen::Often)),
            }
        }
        places
    };
    let (olds, news) = (places(olds), places(news));
    let both = olds.iter().filter_map(|(key, old)| match (old, news.get(key)) {
        (Seen::Once(old), Some(Seen::Once(new))) => Some((*old, *new)),
        _ => None,
    });
    both.collect()
}

/// Of equal elements the first with the first, the second with the second.
fn nth_with_nth(olds: &[Item], news: &[Item]) -> Vec<(usize, usize)> {
    let mut waiting: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, new) in news.iter().enumerate().rev() {
        waiting.entry(new.hash).or_default().push(at);
    }
    let pairs = olds.iter().enumerate();
    pairs.filter_map(|(at, old)| Some((at, waiting.get_mut(&old.hash)?.pop()?))).collect()
}

/// Which pairs, of pairs that rise in their first number, make the longest run that rises in the second as well.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<usize> {
    // tails[n]: the pair that ends a run of n + 1 with the smallest second number.
    let mut tails: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (at, (_, second)) in pairs.iter().enumerate() {
        let length = tails.partition_point(|tail| pairs[*tail].1 < *second);
        before[at] = length.checked_sub(1).map(|shorter| tails[shorter]);
        if length == tails.len() {
            tails.push(at);
        } else {
            tails[length] = at;
        }
    }
    let mut run: Vec<usize> = std::iter::successors(tails.last().copied(), |at| before[*at]).collect();
    run.reverse();
    run
}
