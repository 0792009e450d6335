//! Limits on what strangers may try, by where they come from.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use kantor_model::Moment;
use kantor_wire::Problem;

/// How many keys a limit remembers; past it the ones that have recovered are forgotten.
const REMEMBERED: usize = 65_536;

/// A bucket for each key: it holds `burst` tries and gets one back every `seconds`.
pub(crate) struct Limit {
    burst: i64,
    seconds: i64,
    full_at: Mutex<HashMap<String, Moment>>,
}

impl Limit {
    /// So many tries at once, and one more after each so many seconds.
    pub(crate) fn new(burst: u32, seconds: u32) -> Limit {
        Limit {
            burst: i64::from(burst.max(1)),
            seconds: i64::from(seconds.max(1)),
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one try of this key. When none is left: after how many seconds there is one.
    pub(crate) fn take(&self, key: &str, now: Moment) -> Result<(), i64> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.get(key).copied().unwrap_or(now).max(now);
        let missing = full.seconds_since(now);
        let wait = missing + self.seconds - self.burst * self.seconds;
        if wait > 0 {
            return Err(wait);
        }
        if full_at.len() >= REMEMBERED {
            full_at.retain(|_, full| *full > now);
        }
        if full_at.len() < REMEMBERED || full_at.contains_key(key) {
            full_at.insert(key.to_owned(), full.plus_seconds(self.seconds));
        }
        Ok(())
    }
}

/// The key of an address: an IPv6 customer owns a whole /64, so that is what is counted.
pub(crate) fn address_key(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        None => "unknown".to_owned(),
    }
}

/// Too many requests from one place.
pub(crate) fn slow_down(seconds: i64) -> Problem {
    Problem::new(
        429,
        "too-many-requests",
        "Too many requests",
        format!(
            "Too many requests came from your address in a short time, so this one was not done. \
             Try again in {seconds} seconds."
        ),
    )
    .fact("seconds", seconds.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::from_micros(1_795_000_000_000_000);

    #[test]
    fn a_burst_is_allowed_then_one_at_a_time() {
        let limit = Limit::new(3, 10);
        for _ in 0..3 {
            assert_eq!(limit.take("a", START), Ok(()));
        }
        assert_eq!(limit.take("a", START), Err(10));
        assert_eq!(limit.take("a", START.plus_seconds(4)), Err(6));
        assert_eq!(limit.take("b", START), Ok(()), "another key is not touched");
        assert_eq!(limit.take("a", START.plus_seconds(10)), Ok(()));
        assert_eq!(limit.take("a", START.plus_seconds(10)), Err(10));
    }

    #[test]
    fn neighbours_in_one_ipv6_network_share_a_limit() {
        let key = |text: &str| address_key(Some(text.parse().expect("address")));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
