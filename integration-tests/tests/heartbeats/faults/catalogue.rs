use super::case::Kind::{Blind, Earned, Required, Silent};
use super::case::Removed::{Always, Never, Perhaps};
use super::case::{Case, Kind};
use super::fault::Fault;

const BOTH: &[Kind] = &[Earned, Blind];

/// Of a fault in the member itself.
const fn own(name: &'static str, fault: Fault) -> Case {
    Case {
        name,
        fault,
        kinds: BOTH,
        removed: Always,
        blind: Always,
        calm: false,
        lawful: true,
        elsewhere: false,
    }
}

/// Of one between it and the list, or in those who keep the list.
const fn elsewhere(name: &'static str, fault: Fault) -> Case {
    let mut case = own(name, fault);
    case.removed = Perhaps;
    case.blind = Perhaps;
    case.elsewhere = true;
    case
}

pub(crate) const CASES: &[Case] = &[
    own("SIGSTOP until it is removed, and SIGCONT", Fault::Zombie),
    Case {
        kinds: &[Earned, Silent, Blind],
        blind: Never,
        ..own("all workers blocked", Fault::Blocked)
    },
    Case {
        removed: Never,
        blind: Never,
        calm: true,
        ..own("all workers blocked for 2 s", Fault::Briefly)
    },
    Case {
        blind: Never,
        ..own("deadlock", Fault::Deadlock)
    },
    Case {
        removed: Always,
        blind: Always,
        calm: true,
        ..elsewhere("leader SIGKILL, then member SIGKILL", Fault::LeaderKilled)
    },
    Case {
        removed: Always,
        blind: Always,
        ..elsewhere("member cut off", Fault::MemberCut)
    },
    Case {
        removed: Never,
        calm: true,
        ..elsewhere("leader cut off for 10 s", Fault::LeaderCut)
    },
    elsewhere("10 % of packets lost", Fault::Loss(10)),
    elsewhere("30 % of packets lost", Fault::Loss(30)),
    elsewhere("50 % of packets lost", Fault::Loss(50)),
    Case {
        removed: Never,
        blind: Never,
        calm: true,
        ..elsewhere("the member's clock 1 h on, then 1 h back", Fault::Clock)
    },
    Case {
        kinds: &[Earned, Required, Blind],
        ..elsewhere("2 of 3 servers lost for 20 s", Fault::QuorumLost)
    },
    Case {
        lawful: false,
        ..elsewhere("leader SIGSTOP for 15 s", Fault::LeaderFrozen)
    },
    Case {
        removed: Always,
        blind: Always,
        lawful: false,
        ..elsewhere("its lease revoked by another", Fault::Revoked)
    },
];
