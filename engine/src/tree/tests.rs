//! A tree is held against the standard library's map: whatever is done to both, both answer alike,
//! and a copy stays as it was.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{BRANCH, LEAF, Node, Tree, TreeSet};

/// One thing that is done to both.
#[derive(Clone, Debug)]
enum Step {
    Put(u16, u32),
    Take(u16),
    Change(u16, u32),
    /// Keeps those that this number does not divide.
    Thin(u16),
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let key = prop_oneof![0..64_u16, 0..4_000_u16];
    let step = (0..20_u8, key, any::<u32>()).prop_map(|(kind, key, value)| match kind {
        0..=10 => Step::Put(key, value),
        11..=16 => Step::Take(key),
        17..=18 => Step::Change(key, value),
        _ => Step::Thin(key % 7 + 2),
    });
    prop::collection::vec(step, 0..most)
}

fn act(tree: &mut Tree<u16, u32>, map: &mut BTreeMap<u16, u32>, step: &Step) {
    match step {
        Step::Put(key, value) => assert_eq!(tree.insert(*key, *value), map.insert(*key, *value)),
        Step::Take(key) => assert_eq!(tree.remove(key), map.remove(key)),
        Step::Change(key, value) => {
            let (ours, theirs) = (tree.get_mut(key), map.get_mut(key));
            assert_eq!(ours.is_some(), theirs.is_some());
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                (*ours, *theirs) = (*value, *value);
            }
        }
        Step::Thin(by) => {
            tree.retain(|key, _| key % by != 0);
            map.retain(|key, _| key % by != 0);
        }
    }
}

/// Every way of asking gives what the map gives, and the tree stands as it should.
fn check(tree: &Tree<u16, u32>, map: &BTreeMap<u16, u32>) {
    assert_eq!(tree.len(), map.len());
    assert_eq!(tree.is_empty(), map.is_empty());
    assert!(tree.iter().eq(map.iter()));
    assert!(tree.iter().rev().eq(map.iter().rev()));
    assert!(tree.keys().eq(map.keys()) && tree.values().eq(map.values()));
    assert_eq!(tree.first_key_value(), map.first_key_value());
    assert_eq!(tree.last_key_value(), map.last_key_value());
    assert_eq!(format!("{tree:?}"), format!("{map:?}"));
    if let Some(root) = &tree.root {
        depth(root, true);
    }
}

/// The depth of a node, the same for all its children; none is empty or too big, and no key is
/// below the one that its branch keeps.
fn depth(node: &Node<u16, u32>, is_root: bool) -> usize {
    let (size, most) = node.size();
    assert!((1..=most).contains(&size), "{size} of {most}");
    match node {
        Node::Leaf(entries) => {
            assert!(entries.is_sorted_by(|(one, _), (other, _)| one < other));
            0
        }
        Node::Branch(children) => {
            assert!(!is_root || size > 1, "a root with one child");
            let mut depths = children.iter().map(|(least, child)| {
                let first = super::first_key(child).expect("a key");
                assert!(*least <= first);
                depth(child, false)
            });
            let first = depths.next().expect("a child");
            assert!(depths.all(|other| other == first));
            first + 1
        }
    }
}

proptest! {
    #[test]
    fn a_tree_answers_as_a_map_does(steps in steps(3_000)) {
        let (mut tree, mut map) = (Tree::new(), BTreeMap::new());
        for step in &steps {
            act(&mut tree, &mut map, step);
            prop_assert_eq!(tree.get(&7), map.get(&7));
        }
        check(&tree, &map);
    }

    #[test]
    fn a_copy_stays_as_it_was(before in steps(600), after in steps(600)) {
        let (mut tree, mut map) = (Tree::new(), BTreeMap::new());
        before.iter().for_each(|step| act(&mut tree, &mut map, step));
        let (copy, kept) = (tree.clone(), map.clone());
        after.iter().for_each(|step| act(&mut tree, &mut map, step));
        check(&tree, &map);
        check(&copy, &kept);
        prop_assert_eq!(tree == copy, map == kept);
    }

    #[test]
    fn a_range_is_the_same_from_both_ends(
        steps in steps(1_200),
        one in 0..4_100_u16,
        other in 0..4_100_u16,
        turns in prop::collection::vec(any::<bool>(), 0..40),
    ) {
        let (mut tree, mut map) = (Tree::new(), BTreeMap::new());
        steps.iter().for_each(|step| act(&mut tree, &mut map, step));
        let (first, last) = (one.min(other), one.max(other));
        prop_assert!(tree.range(first..=last).eq(map.range(first..=last)));
        prop_assert!(tree.range(first..last).eq(map.range(first..last)));
        prop_assert!(tree.range(first..).rev().eq(map.range(first..).rev()));
        prop_assert!(tree.range(..last).rev().eq(map.range(..last).rev()));
        // An end before the beginning is nothing, from either side.
        if first < last {
            prop_assert_eq!(tree.range(last..first).next(), None);
            prop_assert_eq!(tree.range(last..first).next_back(), None);
        }
        let (mut ours, mut theirs) = (tree.range(first..=last), map.range(first..=last));
        for is_front in turns {
            if is_front {
                prop_assert_eq!(ours.next(), theirs.next());
            } else {
                prop_assert_eq!(ours.next_back(), theirs.next_back());
            }
        }
        prop_assert!(ours.eq(theirs));
    }
}

/// Numbers given out one after the other are the common case: their leaves must not be half empty.
#[test]
fn numbers_in_order_fill_their_leaves() {
    let tree: Tree<u64, ()> = (0..100_000).map(|number| (number, ())).collect();
    let mut leaves = 0;
    let mut nodes = vec![tree.root.as_deref().expect("a root")];
    while let Some(node) = nodes.pop() {
        match node {
            Node::Leaf(_) => leaves += 1,
            Node::Branch(children) => nodes.extend(children.iter().map(|(_, child)| &**child)),
        }
    }
    assert_eq!(leaves, 100_000_usize.div_ceil(LEAF));
    assert!(depth_of(&tree) <= 1 + 100_000_usize.div_ceil(LEAF).ilog(BRANCH) as usize);
}

fn depth_of<K, V>(tree: &Tree<K, V>) -> usize {
    let (mut node, mut depth) = (tree.root.as_deref(), 0);
    while let Some(Node::Branch(children)) = node {
        node = children.first().map(|(_, child)| &**child);
        depth += 1;
    }
    depth
}

/// What has nearly all gone takes the room of what is left, wherever that stands.
#[test]
fn what_is_nearly_empty_joins_its_neighbours() {
    let mut set: TreeSet<u64> = (0..100_000).collect();
    set.retain(|number| number % 100 == 0);
    assert_eq!(set.len(), 1_000);
    let mut nodes = vec![set.0.root.as_deref().expect("a root")];
    let mut leaves = 0;
    while let Some(node) = nodes.pop() {
        match node {
            Node::Leaf(_) => leaves += 1,
            Node::Branch(children) => nodes.extend(children.iter().map(|(_, child)| &**child)),
        }
    }
    assert!(leaves <= 1_000 / (LEAF / 4), "{leaves} leaves");
}
