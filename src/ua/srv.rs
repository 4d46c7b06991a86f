//! The order in which the servers of a service are tried (RFC 2782): by priority, among equals by chance, a
//! server with more weight more often first.
//!
//! The order is made once, when the answer comes, so that a phone stays with its server.

use heapless::{String, Vec};

use super::resolve::SrvRecord;
use crate::base::rng::up_to;
use crate::base::{Rng, text};
use crate::limits;

/// The servers of one service, in the order in which they are tried.
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the list on")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Targets {
    /// These. None: there is no such record.
    Ordered(Vec<Target, { limits::SERVICE_TARGETS }>),
    /// "The service is decidedly not available at this domain": the one target is `.`.
    Refused,
}

/// One server by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: String<{ limits::HOST_BYTES }>,
    pub(super) port: u16,
    pub(super) priority: u16,
}

impl Targets {
    /// Orders an answer. Records beyond the first [`CONSIDERED`], and targets whose name is too long, are
    /// passed over.
    pub(super) fn of(records: &[SrvRecord<'_>], rng: &mut dyn Rng) -> Self {
        if let [only] = records
            && matches!(only.target, "." | "")
        {
            return Self::Refused;
        }
        let mut left: Vec<SrvRecord<'_>, CONSIDERED> =
            crate::base::bounded::filled(records.iter().filter(|record| is_kept(record)).copied());
        let mut ordered = Vec::new();
        while let Some(next) = draw(&left, rng) {
            let Some(record) = left.get(next).copied() else { break };
            let mut place = 0usize..;
            left.retain(|_| place.next() != Some(next));
            let target = text::exact(plain(record.target)).map(|host| Target {
                host,
                port: record.port,
                priority: record.priority,
            });
            if target.is_some_and(|target| ordered.push(target).is_err()) {
                break;
            }
        }
        Self::Ordered(ordered)
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Ordered(targets) => targets.is_empty(),
            Self::Refused => true,
        }
    }
}

/// RFC 2782: among those of the lowest priority, weights are summed up, those of weight 0 first; a number up
/// to the sum picks the first whose running sum reaches it.
fn draw(left: &[SrvRecord<'_>], rng: &mut dyn Rng) -> Option<usize> {
    let priority = left.iter().map(|record| record.priority).min()?;
    let equals = || left.iter().enumerate().filter(move |(_, record)| record.priority == priority);
    let total = equals().fold(0u32, |sum, (_, record)| sum.saturating_add(u32::from(record.weight)));
    let wanted = up_to(rng, total);
    let weightless = equals().filter(|(_, record)| record.weight == 0);
    let weighty = equals().filter(|(_, record)| record.weight > 0);
    let mut sum = 0u32;
    for (index, record) in weightless.chain(weighty) {
        sum = sum.saturating_add(u32::from(record.weight));
        if sum >= wanted {
            return Some(index);
        }
    }
    None
}

fn is_kept(record: &SrvRecord<'_>) -> bool {
    let name = plain(record.target);
    !name.is_empty() && name.len() <= limits::HOST_BYTES && record.port != 0
}

/// A name without the dot of the root.
fn plain(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Records of one answer that are looked at.
const CONSIDERED: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::string::{String as Text, ToString};
    use std::vec::Vec as List;

    struct Seeded(u64);

    impl Rng for Seeded {
        fn next_u32(&mut self) -> u32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(self.0 >> 32).unwrap()
        }
    }

    fn record(priority: u16, weight: u16, target: &str) -> SrvRecord<'_> {
        SrvRecord { priority, weight, port: 5_060, target }
    }

    fn names(targets: &Targets) -> List<Text> {
        match targets {
            Targets::Ordered(targets) => targets.iter().map(|target| target.host.to_string()).collect(),
            Targets::Refused => List::new(),
        }
    }

    #[test]
    #[cfg_attr(feature = "_tiny", ignore = "two servers at the most")]
    fn rfc2782_the_lowest_priority_first_whatever_the_weight() {
        let records = [record(20, 900, "c.test"), record(10, 0, "b.test."), record(5, 1, "a.test")];
        for seed in 0..50 {
            let targets = Targets::of(&records, &mut Seeded(seed));
            assert_eq!(names(&targets), ["a.test", "b.test", "c.test"]);
        }
    }

    #[test]
    fn rfc2782_equals_share_by_weight() {
        let records = [record(1, 10, "small.test"), record(1, 30, "large.test"), record(1, 0, "none.test")];
        let (mut first, mut rng) = (BTreeMap::new(), Seeded(7));
        for _ in 0..4_000 {
            *first.entry(names(&Targets::of(&records, &mut rng))[0].clone()).or_insert(0) += 1;
        }
        assert!((2_700..3_100).contains(&first["large.test"]), "{first:?}");
        assert!((800..1_200).contains(&first["small.test"]), "{first:?}");
        assert!(first["none.test"] < 200, "a small chance only: {first:?}");
    }

    #[test]
    fn rfc2782_a_dot_alone_is_no_service_at_all() {
        assert_eq!(Targets::of(&[record(0, 0, ".")], &mut Seeded(1)), Targets::Refused);
        assert!(Targets::of(&[], &mut Seeded(1)).is_empty());
        let odd =
            [record(0, 0, "."), record(0, 0, "a.test"), SrvRecord { port: 0, ..record(0, 0, "b.test") }];
        assert_eq!(names(&Targets::of(&odd, &mut Seeded(1))), ["a.test"]);
    }

    #[test]
    fn more_servers_than_are_kept_lose_the_last_ones() {
        let hosts: List<Text> = (0..20).map(|index| std::format!("s{index:02}.test")).collect();
        let records: List<_> = (0u16..).zip(&hosts).map(|(index, host)| record(index, 1, host)).collect();
        assert_eq!(names(&Targets::of(&records, &mut Seeded(1))), hosts[..limits::SERVICE_TARGETS]);
    }
}
