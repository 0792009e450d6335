//! Going through a tree from both ends.

use std::ops::Bound;
use std::slice;

use super::{Child, Node};

/// All entries of a tree.
pub type Iter<'a, K, V> = Range<'a, K, V>;

/// Entries of a tree whose keys are of a range.
pub struct Range<'a, K, V> {
    root: Option<&'a Node<K, V>>,
    /// What is left: after what was given from the front, before what was given from the back.
    first: Bound<K>,
    last: Bound<K>,
    front: Option<Walk<'a, K, V>>,
    back: Option<Walk<'a, K, V>>,
}

/// A way through the leaves: what is left of each branch above, and of the leaf.
struct Walk<'a, K, V> {
    branches: Vec<slice::Iter<'a, Child<K, V>>>,
    leaf: slice::Iter<'a, (K, V)>,
}

impl<'a, K: Ord + Clone, V> Range<'a, K, V> {
    pub(super) fn new(
        root: Option<&'a Node<K, V>>,
        first: Bound<K>,
        last: Bound<K>,
    ) -> Range<'a, K, V> {
        Range {
            root,
            first,
            last,
            front: None,
            back: None,
        }
    }
}

/// Whether a key stands before everything that is wanted.
fn below<K: Ord>(key: &K, first: &Bound<K>) -> bool {
    match first {
        Bound::Included(first) => key < first,
        Bound::Excluded(first) => key <= first,
        Bound::Unbounded => false,
    }
}

/// Whether a key stands after everything that is wanted.
fn above<K: Ord>(key: &K, last: &Bound<K>) -> bool {
    match last {
        Bound::Included(last) => key > last,
        Bound::Excluded(last) => key >= last,
        Bound::Unbounded => false,
    }
}

/// The part of a slice from that place on, and the part before it.
fn split<T>(items: &[T], at: usize) -> (slice::Iter<'_, T>, slice::Iter<'_, T>) {
    let (before, from) = items.split_at(at.min(items.len()));
    (from.iter(), before.iter())
}

impl<'a, K: Ord, V> Walk<'a, K, V> {
    /// From the first key that is not below the bound.
    fn forward(mut node: &'a Node<K, V>, first: &Bound<K>) -> Walk<'a, K, V> {
        let mut branches = Vec::new();
        loop {
            match node {
                Node::Branch(children) => {
                    // The last child that begins below the bound may have keys on both sides.
                    let after = children.partition_point(|(least, _)| below(least, first));
                    let (mut from, _) = split(children, after.saturating_sub(1));
                    let child = from.next();
                    branches.push(from);
                    match child {
                        Some((_, child)) => node = child,
                        None => return Walk::over(branches),
                    }
                }
                Node::Leaf(entries) => {
                    let at = entries.partition_point(|(key, _)| below(key, first));
                    let (leaf, _) = split(entries, at);
                    return Walk { branches, leaf };
                }
            }
        }
    }

    /// From the last key that is not above the bound, backwards.
    fn backward(mut node: &'a Node<K, V>, last: &Bound<K>) -> Walk<'a, K, V> {
        let mut branches = Vec::new();
        loop {
            match node {
                Node::Branch(children) => {
                    let after = children.partition_point(|(least, _)| !above(least, last));
                    let (_, mut until) = split(children, after);
                    let child = until.next_back();
                    branches.push(until);
                    match child {
                        Some((_, child)) => node = child,
                        None => return Walk::over(branches),
                    }
                }
                Node::Leaf(entries) => {
                    let at = entries.partition_point(|(key, _)| !above(key, last));
                    let (_, leaf) = split(entries, at);
                    return Walk { branches, leaf };
                }
            }
        }
    }

    fn over(branches: Vec<slice::Iter<'a, Child<K, V>>>) -> Walk<'a, K, V> {
        let leaf = [].iter();
        Walk { branches, leaf }
    }

    /// The next entry, where `step` takes the next of what is left in one direction.
    fn step(
        &mut self,
        of_leaf: impl Fn(&mut slice::Iter<'a, (K, V)>) -> Option<&'a (K, V)>,
        of_branch: impl Fn(&mut slice::Iter<'a, Child<K, V>>) -> Option<&'a Child<K, V>>,
    ) -> Option<(&'a K, &'a V)> {
        loop {
            if let Some((key, value)) = of_leaf(&mut self.leaf) {
                return Some((key, value));
            }
            let Some(child) = of_branch(self.branches.last_mut()?) else {
                self.branches.pop();
                continue;
            };
            let mut node: &'a Node<K, V> = &child.1;
            loop {
                match node {
                    Node::Branch(children) => {
                        let mut children = children.iter();
                        let child = of_branch(&mut children);
                        self.branches.push(children);
                        node = &child?.1;
                    }
                    Node::Leaf(entries) => {
                        self.leaf = entries.iter();
                        break;
                    }
                }
            }
        }
    }
}

impl<'a, K: Ord + Clone, V> Iterator for Range<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let root = self.root?;
        let (first, last) = (&self.first, &self.last);
        let front = self.front.get_or_insert_with(|| Walk::forward(root, first));
        let next = front.step(slice::Iter::next, slice::Iter::next);
        match next.filter(|(key, _)| !above(*key, last)) {
            Some((key, value)) => {
                self.first = Bound::Excluded(key.clone());
                Some((key, value))
            }
            None => {
                self.root = None;
                None
            }
        }
    }
}

impl<'a, K: Ord + Clone, V> DoubleEndedIterator for Range<'a, K, V> {
    fn next_back(&mut self) -> Option<(&'a K, &'a V)> {
        let root = self.root?;
        let (first, last) = (&self.first, &self.last);
        let back = self.back.get_or_insert_with(|| Walk::backward(root, last));
        let next = back.step(slice::Iter::next_back, slice::Iter::next_back);
        match next.filter(|(key, _)| !below(*key, first)) {
            Some((key, value)) => {
                self.last = Bound::Excluded(key.clone());
                Some((key, value))
            }
            None => {
                self.root = None;
                None
            }
        }
    }
}
