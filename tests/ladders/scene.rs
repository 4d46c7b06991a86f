//! What all scenarios begin and end with.

pub(crate) use testbed::network::Conditions;
pub(crate) use testbed::office::{Answer, Audio, Direction, Rule, Service};
pub(crate) use testbed::world::{PhoneId, World, account, set_account};

use deskphone::limits;
use deskphone::phone::Phone;

/// An office and real phones.
pub(crate) type Scene = World<Phone>;

/// A network with nothing wrong but 10 ms each way.
const STEADY: Conditions = Conditions::steady(10);

/// Whether the library was built with room for a whole desk: four calls. In the build with minimal
/// capacities it refuses politely where a scenario needs more.
pub(crate) const ROOMY: bool = limits::SESSIONS >= limits::LINE_KEYS;

/// An office without phones.
pub(crate) fn office() -> Scene {
    World::new(1, STEADY)
}

/// One phone, account 101, registered; the ladder begins after that.
#[track_caller]
pub(crate) fn desk() -> (Scene, PhoneId) {
    let mut scene = office();
    let desk = join(&mut scene, "desk", 101);
    (scene, desk)
}

/// Two phones: account 101 at the desk, account 102 at Bob's.
#[track_caller]
pub(crate) fn desk_and_bob() -> (Scene, PhoneId, PhoneId) {
    let (mut scene, desk) = desk();
    let bob = join(&mut scene, "bob", 102);
    (scene, desk, bob)
}

/// A phone comes, registers, and what was used for that is given back.
#[track_caller]
pub(crate) fn join(scene: &mut Scene, name: &str, user: u16) -> PhoneId {
    let phone = scene.add_account(name, user);
    scene.at(phone).expect_within(1_000, "registered 1", "yes").wait(6_000);
    scene.begin();
    phone
}

/// The desk talks with Bob, and Carol's phone is there.
#[track_caller]
pub(crate) fn talking_to_bob() -> (Scene, PhoneId, PhoneId, PhoneId) {
    let (mut scene, desk, bob) = desk_and_bob();
    let carol = join(&mut scene, "carol", 103);
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(300).expect_state("L1", "connected");
    (scene, desk, bob, carol)
}

/// Bob talks with Carol, and the desk has nothing to do any more.
#[track_caller]
pub(crate) fn bob_has_carol(scene: &mut Scene, desk: PhoneId, bob: PhoneId, carol: PhoneId) {
    scene.at(desk).expect_state("L1", "idle").expect_state("L2", "idle").expect("device", "");
    scene.at(bob).expect_state("L1", "connected").expect_in("display", "103").speak(Some(900)).wait(500);
    scene.at(carol).expect_state("L1", "connected").expect_hears(900).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
}

/// Everything has ended and left nothing behind; the ladder up to here is as it is kept. With minimal
/// capacities a ladder may differ in what is refused, so only the script's own expectations count.
#[track_caller]
pub(crate) fn close(mut scene: Scene, name: &str) {
    let shown = scene.ladder.clone();
    scene.expect_quiet();
    if ROOMY {
        shown.check(name, "desk");
    }
}
