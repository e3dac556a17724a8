//! Faults of the payment APIs that can be switched on, per call and for a number of times.
//!
//! They live in memory: a restarted simulator behaves. Several may be on for one call; each that is on is used up by it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest delay that can be asked for.
pub const DELAY_MS_MAX: u64 = 120_000;
/// The most times that can be asked for; leave `times` out for "until cleared".
pub const TIMES_MAX: u32 = 1_000_000;

/// The call that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    Ready,
    Approve,
    Order,
    Cancel,
    TossConfirm,
    TossLookup,
    TossCancel,
}

impl Target {
    fn is_toss(self) -> bool {
        match self {
            Target::Ready | Target::Approve | Target::Order | Target::Cancel => false,
            Target::TossConfirm | Target::TossLookup | Target::TossCancel => true,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fault {
    /// The call takes effect and the connection breaks without a reply.
    #[serde(rename = "dropReply")]
    DropReply,
    /// The call is checked, waits `ms`, and only then takes effect and answers, also for a client that has gone.
    #[serde(rename = "delayMs")]
    DelayMs,
    /// -780 with USER_LOCKED.
    #[serde(rename = "error780")]
    Error780,
    /// -785, a duplicate request.
    #[serde(rename = "error785")]
    Error785,
    /// -702, already paid.
    #[serde(rename = "error702")]
    Error702,
    /// -780 in the old shape `{"code", "msg"}`.
    #[serde(rename = "oldStyle")]
    OldStyle,
    /// The daily quota is used up; nothing happens.
    #[serde(rename = "429")]
    Quota,
    /// The gateway is down; nothing happens.
    #[serde(rename = "503")]
    Unavailable,
    /// Toss: ALREADY_PROCESSED_PAYMENT.
    #[serde(rename = "alreadyProcessed")]
    AlreadyProcessed,
    /// Toss: PROVIDER_ERROR, the card company stumbled.
    #[serde(rename = "providerError")]
    ProviderError,
    /// The reply carries fields that no document names.
    #[serde(rename = "unknownFields")]
    UnknownFields,
}

impl Fault {
    /// Whether the call takes effect although the caller is told otherwise, unless `applied` says differently: -702,
    /// -785 and ALREADY_PROCESSED_PAYMENT mean that someone paid already, the others mean nothing.
    fn applies(self) -> bool {
        matches!(self, Fault::DropReply | Fault::Error785 | Fault::Error702 | Fault::AlreadyProcessed)
    }

    /// Whether it is something that the API of the call can do.
    fn fits(self, target: Target) -> bool {
        match self {
            Fault::Error780 | Fault::Error785 | Fault::Error702 | Fault::OldStyle => !target.is_toss(),
            Fault::AlreadyProcessed | Fault::ProviderError => target.is_toss(),
            Fault::DropReply | Fault::DelayMs | Fault::Quota | Fault::Unavailable | Fault::UnknownFields => {
                true
            }
        }
    }
}

/// One `PUT /_sim/faults`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Switch {
    pub target: Target,
    pub fault: Fault,
    /// How many calls it hits; `null` until cleared.
    #[serde(default)]
    pub times: Option<u32>,
    /// For `delayMs`, the delay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// For the errors and `dropReply`: whether the call takes effect all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<bool>,
}

impl Switch {
    /// What is wrong with it, for the caller.
    pub fn check(&self) -> Result<(), &'static str> {
        let delays = self.fault == Fault::DelayMs;
        if !self.fault.fits(self.target) {
            return Err("그 호출에는 없는 장애예요.");
        }
        if self.times.is_some_and(|times| times == 0 || times > TIMES_MAX) {
            return Err("times는 1부터 1,000,000까지예요.");
        }
        if delays != self.ms.is_some() || self.ms.is_some_and(|ms| ms > DELAY_MS_MAX) {
            return Err("ms는 delayMs에만, 120,000까지 쓸 수 있어요.");
        }
        let chooses =
            !matches!(self.fault, Fault::DelayMs | Fault::Quota | Fault::Unavailable | Fault::UnknownFields);
        if self.applied.is_some() && !chooses {
            return Err("applied는 dropReply와 오류 응답에만 쓸 수 있어요.");
        }
        Ok(())
    }
}

/// How a call that got its answer goes wrong all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lie {
    pub fault: Fault,
    /// Whether the call takes effect.
    pub applied: bool,
}

/// What one call has to suffer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trouble {
    pub delay: Duration,
    /// The reply instead of the true one; of several the first in the order of [`Fault`].
    pub lie: Option<Lie>,
    pub unknown_fields: bool,
}

/// The switched-on faults.
#[derive(Default)]
pub struct Faults {
    on: Mutex<BTreeMap<(Target, Fault), Switch>>,
}

impl Faults {
    /// Switches a fault on, instead of the same one for the same call.
    pub fn put(&self, switch: Switch) {
        self.lock().insert((switch.target, switch.fault), switch);
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    pub fn list(&self) -> Vec<Switch> {
        self.lock().values().copied().collect()
    }

    /// Uses up one time of every fault that is on for the call.
    pub fn take(&self, target: Target) -> Trouble {
        let mut on = self.lock();
        let mut trouble = Trouble::default();
        on.retain(|(of, fault), switch| {
            if *of != target {
                return true;
            }
            match fault {
                Fault::DelayMs => trouble.delay = Duration::from_millis(switch.ms.unwrap_or_default()),
                Fault::UnknownFields => trouble.unknown_fields = true,
                _ => {
                    let applied = switch.applied.unwrap_or(fault.applies());
                    trouble.lie.get_or_insert(Lie { fault: *fault, applied });
                }
            }
            match &mut switch.times {
                None => true,
                Some(times) => {
                    *times -= 1;
                    *times > 0
                }
            }
        });
        trouble
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(Target, Fault), Switch>> {
        self.on.lock().expect("a map is never left half changed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switch(target: Target, fault: Fault, times: Option<u32>) -> Switch {
        Switch { target, fault, times, ms: None, applied: None }
    }

    #[test]
    fn a_fault_hits_its_call_as_often_as_asked() {
        let faults = Faults::default();
        faults.put(switch(Target::Approve, Fault::Unavailable, Some(2)));
        assert_eq!(faults.take(Target::Cancel), Trouble::default());
        let hit = Some(Lie { fault: Fault::Unavailable, applied: false });
        assert_eq!(faults.take(Target::Approve).lie, hit);
        assert_eq!(faults.take(Target::Approve).lie, hit);
        assert_eq!(faults.take(Target::Approve), Trouble::default());
    }

    #[test]
    fn a_fault_without_times_stays_until_cleared() {
        let faults = Faults::default();
        faults.put(switch(Target::Order, Fault::UnknownFields, None));
        assert!((0..100).all(|_| faults.take(Target::Order).unknown_fields));
        faults.clear();
        assert_eq!(faults.take(Target::Order), Trouble::default());
    }

    #[test]
    fn a_delay_goes_with_another_fault() {
        let faults = Faults::default();
        faults.put(Switch { ms: Some(250), ..switch(Target::Approve, Fault::DelayMs, None) });
        faults.put(switch(Target::Approve, Fault::DropReply, Some(1)));
        let both = faults.take(Target::Approve);
        assert_eq!(both.delay, Duration::from_millis(250));
        assert_eq!(both.lie, Some(Lie { fault: Fault::DropReply, applied: true }));
        assert_eq!(faults.take(Target::Approve).lie, None);
    }

    #[test]
    fn nonsense_is_refused() {
        let delay = switch(Target::Ready, Fault::DelayMs, None);
        assert!(delay.check().is_err());
        assert!(Switch { ms: Some(DELAY_MS_MAX + 1), ..delay }.check().is_err());
        assert!(Switch { ms: Some(1), applied: Some(true), ..delay }.check().is_err());
        assert!(Switch { ms: Some(1), ..delay }.check().is_ok());
        assert!(switch(Target::Ready, Fault::Quota, Some(0)).check().is_err());
        assert!(Switch { ms: Some(1), ..switch(Target::Ready, Fault::Quota, None) }.check().is_err());
        assert!(switch(Target::TossConfirm, Fault::Error702, None).check().is_err());
        assert!(switch(Target::Approve, Fault::AlreadyProcessed, None).check().is_err());
        assert!(switch(Target::TossConfirm, Fault::AlreadyProcessed, None).check().is_ok());
    }
}
