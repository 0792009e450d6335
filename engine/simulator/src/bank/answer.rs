//! What a bank answers to a file: a status report (pain.002), as banks send it.

use std::fmt::Write as _;

/// What the bank says of one transfer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    /// The transfer's end-to-end id.
    pub(crate) id: String,
    /// The reason code, where it is refused.
    pub(crate) refused: Option<&'static str>,
}

/// A report about a file: refused as a whole for a reason, or told transfer by transfer.
pub(crate) fn report(file: &str, whole: Option<&str>, transfers: &[Told]) -> Vec<u8> {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\"><CstmrPmtStsRpt>\n",
    );
    let _ = writeln!(
        xml,
        "<GrpHdr><MsgId>ANS{file}</MsgId><CreDtTm>2026-11-16T12:00:00</CreDtTm></GrpHdr>"
    );
    let refused = transfers.iter().filter(|it| it.refused.is_some()).count();
    let group = match (whole, refused) {
        (Some(_), _) => "RJCT",
        (None, 0) => "ACSP",
        (None, _) => "PART",
    };
    let _ = writeln!(
        xml,
        "<OrgnlGrpInfAndSts><OrgnlMsgId>{file}</OrgnlMsgId>\
         <OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId><GrpSts>{group}</GrpSts>{}</OrgnlGrpInfAndSts>",
        reason(whole)
    );
    if whole.is_none() {
        let _ = write!(
            xml,
            "<OrgnlPmtInfAndSts><OrgnlPmtInfId>{file}</OrgnlPmtInfId>"
        );
        for one in transfers {
            let status = if one.refused.is_some() {
                "RJCT"
            } else {
                "ACSP"
            };
            let _ = writeln!(
                xml,
                "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{status}</TxSts>{}</TxInfAndSts>",
                one.id,
                reason(one.refused)
            );
        }
        xml.push_str("</OrgnlPmtInfAndSts>\n");
    }
    xml.push_str("</CstmrPmtStsRpt></Document>\n");
    xml.into_bytes()
}

fn reason(code: Option<&str>) -> String {
    code.map_or_else(String::new, |code| {
        format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>")
    })
}
