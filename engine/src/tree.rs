//! Ordered maps and sets of which a copy costs nothing: copies share everything that is equal in
//! them, and a change copies only the way to the place that it changes. So the office as the last
//! commit left it and the office as the next batch would leave it are two values in the room of one,
//! and going back to the first costs the same however big the office is.
//!
//! The crate `rpds` has such maps too, with a node an entry. Side by side (a million entries of 400
//! bytes, four million of 16) it takes 1.2 times the room for the big ones and 2.7 times for the
//! small ones, which an old office has most of, twice the time to fill, three times to look up and
//! five times to go through; changing costs the same. Hence a tree of our own.
//!
//! A tree of leaves with a few entries each and branches with many children each, all leaves at the
//! same depth. A branch keeps with each child a key that none of the child's keys is below.

mod iter;

use std::fmt;
use std::ops::RangeBounds;
use std::sync::Arc;

pub use iter::{Iter, Range};

/// Entries of a leaf at most. Few: whoever changes one entry copies its neighbours.
const LEAF: usize = 16;

/// Children of a branch at most.
const BRANCH: usize = 32;

/// An ordered map; see the [module](self). Asks the same questions as a `BTreeMap`.
#[derive(Clone)]
pub struct Tree<K, V> {
    root: Option<Arc<Node<K, V>>>,
    len: usize,
}

enum Node<K, V> {
    Leaf(Vec<(K, V)>),
    Branch(Vec<Child<K, V>>),
}

type Child<K, V> = (K, Arc<Node<K, V>>);

impl<K, V> Default for Tree<K, V> {
    fn default() -> Tree<K, V> {
        Tree { root: None, len: 0 }
    }
}

impl<K, V> Tree<K, V> {
    /// An empty map.
    pub fn new() -> Tree<K, V> {
        Tree::default()
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<K: Ord + Clone, V> Tree<K, V> {
    /// What stands under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        let mut node = self.root.as_deref()?;
        loop {
            match node {
                Node::Leaf(entries) => {
                    let at = place(entries, key).ok()?;
                    return entries.get(at).map(|(_, value)| value);
                }
                Node::Branch(children) => node = &children.get(child_of(children, key))?.1,
            }
        }
    }

    /// Whether something stands under a key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.range(..)
    }

    /// The entries with keys of a range, in their order; none when it ends before it begins.
    pub fn range(&self, keys: impl RangeBounds<K>) -> Range<'_, K, V> {
        let (first, last) = (keys.start_bound().cloned(), keys.end_bound().cloned());
        Range::new(self.root.as_deref(), first, last)
    }

    /// All keys in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// All values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The entry with the least key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }
}

impl<K: Ord + Clone, V: Clone> Tree<K, V> {
    /// What stands under a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        // What is not there is no reason to copy the way to its place.
        if !self.contains_key(key) {
            return None;
        }
        let mut node = self.root.as_mut()?;
        loop {
            match Arc::make_mut(node) {
                Node::Leaf(entries) => {
                    let at = place(entries, key).ok()?;
                    return entries.get_mut(at).map(|(_, value)| value);
                }
                Node::Branch(children) => {
                    let at = child_of(children, key);
                    node = &mut children.get_mut(at)?.1;
                }
            }
        }
    }

    /// Puts a value under a key, and gives what stood there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let Some(root) = &mut self.root else {
            self.root = Some(Arc::new(Node::Leaf(vec_of(LEAF, [(key, value)]))));
            self.len = 1;
            return None;
        };
        let least = key.clone();
        let (old, right) = insert(root, key, value);
        if let Some(right) = right {
            let left = Arc::clone(root);
            let least = first_key(&left).unwrap_or(least);
            let children = vec_of(BRANCH, [(least, left), right]);
            self.root = Some(Arc::new(Node::Branch(children)));
        }
        self.len = self.len.saturating_add(usize::from(old.is_none()));
        old
    }

    /// Takes a key out, and gives what stood under it.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        if !self.contains_key(key) {
            return None;
        }
        let root = self.root.as_mut()?;
        let gone = remove(root, key);
        self.len = self.len.saturating_sub(usize::from(gone.is_some()));
        while let Some(only) = root.only_child() {
            *root = only;
        }
        if self.len == 0 {
            self.root = None;
        }
        gone
    }

    /// Keeps the entries that pass.
    pub fn retain(&mut self, mut passes: impl FnMut(&K, &V) -> bool) {
        let gone: Vec<K> = self
            .iter()
            .filter(|(key, value)| !passes(key, value))
            .map(|(key, _)| key.clone())
            .collect();
        for key in &gone {
            self.remove(key);
        }
    }
}

/// Room for as many as a node holds, so that it is had once.
fn vec_of<T>(most: usize, items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all = Vec::with_capacity(most);
    all.extend(items);
    all
}

fn place<K: Ord, V>(entries: &[(K, V)], key: &K) -> Result<usize, usize> {
    entries.binary_search_by(|(standing, _)| standing.cmp(key))
}

/// Which child a key belongs to.
fn child_of<K: Ord, V>(children: &[Child<K, V>], key: &K) -> usize {
    let after = children.partition_point(|(least, _)| least <= key);
    after.saturating_sub(1)
}

fn first_key<K: Clone, V>(node: &Node<K, V>) -> Option<K> {
    match node {
        Node::Leaf(entries) => entries.first().map(|(key, _)| key.clone()),
        Node::Branch(children) => children.first().map(|(key, _)| key.clone()),
    }
}

/// Puts an item in; gives the items that had to leave because there are too many. What is added at
/// the end leaves the others together, so that numbers given out one after the other fill their
/// leaves.
fn put<T>(items: &mut Vec<T>, at: usize, item: T, most: usize) -> Option<Vec<T>> {
    if items.len() < most {
        items.insert(at.min(items.len()), item);
        return None;
    }
    if at >= items.len() {
        return Some(vec_of(most, [item]));
    }
    let half = items.len() / 2;
    let mut right = vec_of(most, items.drain(half..));
    if at <= half {
        items.insert(at, item);
    } else {
        right.insert((at - half).min(right.len()), item);
    }
    Some(right)
}

/// Gives what stood under the key, and the right half of the node if it had to be split.
fn insert<K: Ord + Clone, V: Clone>(
    node: &mut Arc<Node<K, V>>,
    key: K,
    value: V,
) -> (Option<V>, Option<Child<K, V>>) {
    let right = match Arc::make_mut(node) {
        Node::Leaf(entries) => match place(entries, &key) {
            Ok(at) => {
                let standing = entries.get_mut(at);
                let old = standing.map(|(_, old)| std::mem::replace(old, value));
                return (old, None);
            }
            Err(at) => put(entries, at, (key, value), LEAF).map(Node::Leaf),
        },
        Node::Branch(children) => {
            let at = child_of(children, &key);
            let Some((least, child)) = children.get_mut(at) else {
                return (None, None);
            };
            if key < *least {
                *least = key.clone();
            }
            let (old, split) = insert(child, key, value);
            match split.and_then(|right| put(children, at.saturating_add(1), right, BRANCH)) {
                Some(right) => Some(Node::Branch(right)),
                None => return (old, None),
            }
        }
    };
    // Only a key that was not there makes a node too big.
    let right = right.and_then(|right| Some((first_key(&right)?, Arc::new(right))));
    (None, right)
}

fn remove<K: Ord + Clone, V: Clone>(node: &mut Arc<Node<K, V>>, key: &K) -> Option<V> {
    match Arc::make_mut(node) {
        Node::Leaf(entries) => {
            let at = place(entries, key).ok()?;
            Some(entries.remove(at).1)
        }
        Node::Branch(children) => {
            let at = child_of(children, key);
            let gone = remove(&mut children.get_mut(at)?.1, key);
            tidy(children, at);
            gone
        }
    }
}

/// A child that lost an entry goes when it is empty, and joins a neighbour when it is nearly so.
fn tidy<K: Clone, V: Clone>(children: &mut Vec<Child<K, V>>, at: usize) {
    let size = |at: usize| children.get(at).map(|(_, child)| child.size());
    let Some((left, most)) = size(at) else { return };
    if left == 0 {
        children.remove(at);
        return;
    }
    if left > most / 4 {
        return;
    }
    let first = at.saturating_sub(1);
    let both = size(first).zip(size(first.saturating_add(1)));
    if both.is_some_and(|((one, _), (other, _))| one.saturating_add(other) <= most / 2) {
        let (_, right) = children.remove(first.saturating_add(1));
        if let Some((_, left)) = children.get_mut(first) {
            Arc::make_mut(left).join(&right);
        }
    }
}

impl<K, V> Node<K, V> {
    /// How many items it has, and how many it may have.
    fn size(&self) -> (usize, usize) {
        match self {
            Node::Leaf(entries) => (entries.len(), LEAF),
            Node::Branch(children) => (children.len(), BRANCH),
        }
    }
}

impl<K: Clone, V: Clone> Node<K, V> {
    /// Takes in what stands in its neighbour on the right, which is of the same depth.
    fn join(&mut self, right: &Node<K, V>) {
        match (self, right) {
            (Node::Leaf(entries), Node::Leaf(more)) => entries.extend_from_slice(more),
            (Node::Branch(children), Node::Branch(more)) => children.extend_from_slice(more),
            (Node::Leaf(_), Node::Branch(_)) | (Node::Branch(_), Node::Leaf(_)) => {}
        }
    }

    fn only_child(&self) -> Option<Arc<Node<K, V>>> {
        match self {
            Node::Branch(children) => match children.as_slice() {
                [(_, only)] => Some(Arc::clone(only)),
                _ => None,
            },
            Node::Leaf(_) => None,
        }
    }
}

impl<K: Clone, V: Clone> Clone for Node<K, V> {
    /// A copy is made to be changed: it has room.
    fn clone(&self) -> Node<K, V> {
        match self {
            Node::Leaf(entries) => Node::Leaf(vec_of(LEAF, entries.iter().cloned())),
            Node::Branch(children) => Node::Branch(vec_of(BRANCH, children.iter().cloned())),
        }
    }
}

impl<K: Ord + Clone, V: PartialEq> PartialEq for Tree<K, V> {
    fn eq(&self, other: &Tree<K, V>) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Ord + Clone, V: Eq> Eq for Tree<K, V> {}

impl<K: Ord + Clone + fmt::Debug, V: fmt::Debug> fmt::Debug for Tree<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone> Extend<(K, V)> for Tree<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for Tree<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Tree<K, V> {
        let mut tree = Tree::new();
        tree.extend(entries);
        tree
    }
}

impl<'a, K: Ord + Clone, V> IntoIterator for &'a Tree<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

/// An ordered set; see the [module](self). Asks the same questions as a `BTreeSet`.
#[derive(Clone)]
pub struct TreeSet<K>(Tree<K, ()>);

impl<K> Default for TreeSet<K> {
    fn default() -> TreeSet<K> {
        TreeSet(Tree::new())
    }
}

impl<K: Ord + Clone> TreeSet<K> {
    /// An empty set.
    pub fn new() -> TreeSet<K> {
        TreeSet::default()
    }

    /// How many there are in it.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is in it.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Puts one in; says whether it was new.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Takes one out; says whether it was in.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }

    /// All in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.keys()
    }

    /// Those of a range in their order; none when it ends before it begins.
    pub fn range(&self, keys: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = &K> {
        self.0.range(keys).map(|(key, ())| key)
    }

    /// Keeps those that pass.
    pub fn retain(&mut self, mut passes: impl FnMut(&K) -> bool) {
        self.0.retain(|key, ()| passes(key));
    }
}

impl<K: Ord + Clone> PartialEq for TreeSet<K> {
    fn eq(&self, other: &TreeSet<K>) -> bool {
        self.0 == other.0
    }
}

impl<K: Ord + Clone> Eq for TreeSet<K> {}

impl<K: Ord + Clone + fmt::Debug> fmt::Debug for TreeSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone> Extend<K> for TreeSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: Ord + Clone> FromIterator<K> for TreeSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> TreeSet<K> {
        let mut set = TreeSet::new();
        set.extend(keys);
        set
    }
}

#[cfg(test)]
mod tests;
