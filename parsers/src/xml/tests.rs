//! Documents in, nodes out: every kind of damage, every place where a block may end, and quick-xml
//! as the judge of what XML is.

use std::fmt::Write as _;

use proptest::prelude::*;
use quick_xml::events::Event;

use super::*;
use crate::source::{ByteSource, SourceError};

/// Gives a few bytes at a time.
struct Slow<'b>(&'b [u8], usize);

impl ByteSource for Slow<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let most = self.1.min(into.len());
        self.0.pull(&mut into[..most])
    }
}

/// The nodes of a document, a line each, `skip` passed over; or what is wrong with it.
fn nodes(document: &[u8], chunk: usize) -> String {
    let mut source = Slow(document, chunk);
    let mut xml = Xml::new(&mut source, None);
    let mut out = String::new();
    loop {
        let skips = match xml.next() {
            Ok(None) => return out,
            Ok(Some(Node::Open(tag))) => {
                writeln!(out, "{}({})", tag.name, tag.attributes.trim()).unwrap();
                tag.name == "skip"
            }
            Ok(Some(Node::Leaf(tag, text))) => {
                writeln!(out, "{}({})={text:?}", tag.name, tag.attributes.trim()).unwrap();
                false
            }
            Ok(Some(Node::Close)) => {
                out.push_str("/\n");
                false
            }
            Err(fault) => return out + &told(fault),
        };
        if skips && let Err(fault) = xml.skip() {
            return out + &told(fault);
        }
    }
}

fn told(fault: Fault) -> String {
    match fault {
        Fault::Source(error) => error.to_string(),
        Fault::Broken(complaint) => {
            let place = complaint.place;
            format!("{}:{} {}", place.line, place.column, complaint.code)
        }
    }
}

#[track_caller]
fn check(document: &str, expected: &str) {
    for chunk in [1, 7, usize::MAX] {
        let found = nodes(document.as_bytes(), chunk);
        let found: Vec<&str> = found.lines().collect();
        assert_eq!(found.join(" "), expected, "{document}");
    }
}

#[test]
fn elements_open_and_close_and_leaves_are_whole() {
    check("<a/>", "a()=\"\"");
    check("<a></a>", "a()=\"\"");
    check("<a> x </a>", "a()=\" x \"");
    check(
        "<?xml version='1.0'?>\n<a>\n <b c=\"1\">x</b>\r\n</a>\n",
        "a() b(c=\"1\")=\"x\" /",
    );
    check(
        "<n:a xmlns:n='u'><n:b/></n:a >",
        "a(xmlns:n='u') b()=\"\" /",
    );
    check("<a b='>' c=\"/>\">x</a>", "a(b='>' c=\"/>\")=\"x\"");
    check("<a b='1'/>", "a(b='1')=\"\"");
    check("<a>x&amp;y&#380;</a>", "a()=\"x&yż\"");
    check(
        "<a>x<!-- <b> -->y<![CDATA[<&]]>z&lt;<?p?></a>",
        "a()=\"xy<&z<\"",
    );
    check(
        "<a><!-- b --><b>1</b><!-- --></a><!-- -->",
        "a() b()=\"1\" /",
    );
    check(
        "<a><skip>x<b>y</b>z<![CDATA[<q>]]><c><d/></c></skip><e/></a>",
        "a() skip() e()=\"\" /",
    );
    check("<a></a>\u{1A}\n", "a()=\"\"");
}

#[test]
fn damage_is_told_with_its_place() {
    check("", "1:1 xml-truncated");
    check("  \n", "2:1 xml-truncated");
    check("text", "1:1 xml-malformed");
    check("<a>\n<b>x</b>\n", "a() b()=\"x\" 3:1 xml-truncated");
    check("<a>żółw", "1:8 xml-truncated");
    check("<a", "1:3 xml-truncated");
    check("<a><b>1</c></a>", "a() 1:8 xml-malformed");
    check("<a><b><c/></a></b>", "a() b() c()=\"\" 1:11 xml-malformed");
    check("<a><b/>x</a>", "a() b()=\"\" 1:8 xml-malformed");
    check("<a>x<b/></a>", "a() 1:4 xml-malformed");
    check("<a><![CDATA[x]]><b/></a>", "a() 1:17 xml-malformed");
    check("<a/><b/>", "a()=\"\" 1:5 xml-malformed");
    check("<a/>x", "a()=\"\" 1:5 xml-malformed");
    check("</a>", "1:1 xml-malformed");
    check("<a><></a>", "a() 1:4 xml-malformed");
    check("<a><b c='1' <d/></a>", "a() 1:4 xml-malformed");
    check("<a>&nbsp;</a>", "1:4 xml-entity");
    check("<a>& b</a>", "1:4 xml-malformed");
    check(
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "1:1 xml-doctype",
    );
    check(
        "<?xml version='1.0' encoding='klingon'?><a/>",
        "1:1 xml-encoding",
    );
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = |depth: usize| nodes("<a>".repeat(depth).as_bytes(), usize::MAX);
    assert!(deep(64).ends_with("xml-truncated"), "{}", deep(64));
    assert!(deep(66).ends_with("1:193 xml-too-deep"), "{}", deep(66));
    let long = |document: String| nodes(document.as_bytes(), usize::MAX);
    let text = "x".repeat(300 << 10);
    assert_eq!(long(format!("<a>{text}</a>")), "1:1 xml-too-long");
    assert_eq!(
        long(format!("<a>\n<b c='{text}'/></a>")),
        "a()\n2:1 xml-too-long"
    );
    assert_eq!(long(format!("<!--{text}--><a/>")), "1:1 xml-too-long");
    let blank = " ".repeat(300 << 10);
    assert_eq!(
        long(format!("<a><b/>{blank}</a>{blank}")),
        "a()\nb()=\"\"\n/\n"
    );
}

#[test]
fn places_count_lines_and_characters() {
    let mut source = "<a>\n  <b>ż</b><c\n d='1'>\n x</c></a>".as_bytes();
    let mut xml = Xml::new(&mut source, None);
    let mut places = Vec::new();
    while xml.next().unwrap().is_some() {
        let (node, text) = (xml.place(), xml.text_place());
        places.push([(node.line, node.column), (text.line, text.column)]);
    }
    assert_eq!(
        places,
        [
            [(1, 1), (1, 1)],
            [(2, 3), (2, 6)],
            [(2, 11), (3, 8)],
            [(4, 7), (4, 7)]
        ]
    );
    assert_eq!(xml.depth(), 0);
}

#[test]
fn attributes_are_found_by_local_name() {
    let tag = Tag {
        name: "Amt",
        attributes: " xmlns='urn:one' x:Ccy = \"P&amp;N\" xmlns:x = 'urn:two' bad",
    };
    assert_eq!(tag.attribute("Ccy").as_deref(), Some("P&N"));
    assert_eq!(tag.attribute("bad"), None);
    assert_eq!(tag.namespaces().collect::<Vec<_>>(), ["urn:one", "urn:two"]);
}

#[test]
fn a_file_is_told_by_its_first_elements() {
    let found = outline(
        b"<?xml version='1.0'?><n:Document xmlns:n='u'><n:Stmt><n:Id>",
        5,
    );
    let found: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found, ["Document", "Stmt"]);
    assert!(outline(b":20:X", 5).is_empty());
}

/// What quick-xml reads, in the form of [`nodes`]; `None` where it finds the document damaged.
fn judged(document: &str) -> Option<String> {
    let mut reader = quick_xml::Reader::from_str(document);
    let mut stack: Vec<(String, bool)> = Vec::new();
    let mut out = String::new();
    let mut text = String::new();
    let name = |tag: &quick_xml::events::BytesStart<'_>| tag.local_name().as_ref().to_owned();
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return stack.is_empty().then_some(out),
            Event::Start(tag) => {
                if let Some((parent, opened)) = stack.last_mut().filter(|(_, opened)| !opened) {
                    writeln!(out, "{parent}()").unwrap();
                    *opened = true;
                }
                text.clear();
                stack.push((name(&tag), false));
            }
            Event::Empty(tag) => {
                if let Some((parent, opened)) = stack.last_mut().filter(|(_, opened)| !opened) {
                    writeln!(out, "{parent}()").unwrap();
                    *opened = true;
                }
                writeln!(out, "{}()=\"\"", name(&tag)).unwrap();
            }
            Event::End(_) => match stack.pop()? {
                (_, true) => out.push_str("/\n"),
                (name, false) => writeln!(out, "{name}()={text:?}").unwrap(),
            },
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(part) => {
                let escaped = format!("&{};", &*part);
                text.push_str(&quick_xml::escape::unescape(&escaped).ok()?);
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// Text that is nearly XML.
fn nearly_xml() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<a>",
        "</a>",
        "<b>",
        "</b>",
        "<c/>",
        "<p:d>",
        "</p:d>",
        "x",
        " ",
        "\n",
        "ż",
        "&amp;",
        "&#65;",
        "<!-- - -->",
        "<![CDATA[<]]>",
        "<?p q?>",
        "<e>12.34</e>",
        "<e>12.34</e>",
        "<f>&lt;ą</f>",
        "<",
        ">",
        "&",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| format!("<r>{}</r>", pieces.concat()))
}

proptest! {
    #[test]
    fn what_is_read_is_what_quick_xml_reads(document in nearly_xml()) {
        let found = nodes(document.as_bytes(), 13);
        prop_assert_eq!(&found, &nodes(document.as_bytes(), usize::MAX));
        if !found.contains("xml-") {
            prop_assert_eq!(Some(found), judged(&document), "{}", document);
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        nodes(&bytes, 5);
        nodes(&[b"<?xml encoding='utf-16'?><a>", &bytes[..]].concat(), 5);
    }

    #[test]
    fn a_document_may_be_cut_anywhere(document in nearly_xml(), at in 0_usize..400) {
        let cut = at.min(document.len());
        nodes(&document.as_bytes()[..cut], 3);
    }
}
