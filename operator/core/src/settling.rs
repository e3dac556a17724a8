//! When a deal's money is in the books: two parties that hold every event say the same.

use control_plane_core::ledger::Head;
use crds::Settlement;
use tenant_runtime_core::report::Report;

/// Why a deal is not settled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    pub reason: &'static str,
    pub message: String,
}

/// Whether nothing is under way any more. Before its time is up the runtime's own clock decides
/// that it is closed; a deal that is closed early is asked to seal itself without that, and refuses
/// while anything is open.
pub fn is_drained(report: &Report, closed_early: bool) -> bool {
    let is_closed = report.sealed || report.closed_at.is_some() || closed_early;
    is_closed && report.open_holds == 0 && report.open_refunds == 0
}

/// The settlement, or what is missing.
pub fn settlement(report: Option<&Report>, ledger: Option<&Head>) -> Result<Settlement, Unsettled> {
    let no = |reason, message: String| Err(Unsettled { reason, message });
    let Some(report) = report else {
        return no("NoReport", "the runtime does not answer".to_owned());
    };
    if report.open_holds > 0 || report.open_refunds > 0 {
        return no(
            "Draining",
            format!("{} holds and {} refunds are open", report.open_holds, report.open_refunds),
        );
    }
    if !report.sealed {
        return no("Sealing", "the runtime is not sealed yet".to_owned());
    }
    if report.unexported > 0 {
        return no("Exporting", format!("{} events are not in the ledger yet", report.unexported));
    }
    let Some(ledger) = ledger else {
        return no("NoLedger", "the ledger does not answer".to_owned());
    };
    if *ledger != report.head {
        return no(
            "LedgerDiffers",
            format!(
                "the runtime has {} events ({}), the ledger {} ({})",
                report.head.count, report.head.digest, ledger.count, ledger.digest
            ),
        );
    }
    let Some(net) = report.gross.minus(report.refunds) else {
        return no("FiguresOverflow", "the runtime's totals do not add up".to_owned());
    };
    Ok(Settlement {
        events: ledger.count,
        digest: ledger.digest.clone(),
        gross: report.gross,
        refunds: report.refunds,
        net,
    })
}
