//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::dns::PORT;
use crate::script::{Sound, parse_sound};

/// What `softphone --help` prints.
pub const HELP: &str = "\
softphone: a four-line desk phone in a terminal, and a script player that drives several

    softphone                          the terminal phone. It needs nothing else: a small SIP office runs
                                       inside, this phone is 101, and 102 is a second phone that answers
                                       after two rings
    softphone --account sip:USER@HOST --password-file FILE
                                       the terminal phone at a real server
    softphone --script FILE [--phones N]
                                       N phones (default 1) without a terminal, driven by a script

Options
    --script FILE        run a script; `-` reads standard input
    --phones N           phones that the script drives; phone N is account 100+N with password pw10N
    --ladder             print the ladder of SIP messages at the end in any case
    --pcap FILE          write the SIP and RTP that passed, for Wireshark or sngrep
    --server HOST[:PORT] use this SIP server instead of the office inside
    --account sip:USER@HOST[:PORT]
                         phone 1's account, with --password-file; implies --server HOST[:PORT]
    --password-file FILE the account's password: the file's first line
    --transport udp|tcp  how to reach the server (default udp)
    --address IP         the address that the phones use (default: the one that reaches the server)
    --dns IP[:PORT]      ask this name server, for addresses and for SRV records
    --shared             every phone has the shared account 109 on extension 2, its two appearances on line
                         keys 2 and 3
    --secure             a certificate and a private key for every phone, of a CA of this run alone; calls
                         become secure by *18 before the number, or by the setting Secure Call Setting
    --set TAG=VALUE      a setting of every phone, as `set TAG \"VALUE\"` in a script; may be repeated
    --play SOUND         what phone 1's microphone hears: 440Hz, FILE.wav or none (default none)
    --record FILE.wav    what phone 1's audio device plays
    --help, --version

The office inside has accounts 101 to 109 (passwords pw101 to pw109) and these numbers: 600 echoes, 601 plays
440 Hz, 602 rings for ever, 603 is busy, 604 rings twice and answers, 605 is busy twice, then free.

A script ends with exit status 0 when every line held; with 1 at the first that did not, after printing the
line's number, what was expected, what was seen, and the ladder so far; with 2 when it cannot be read. The
language is described in README.md, under \"The softphone\".";

/// What the command line asked for.
#[derive(Clone, PartialEq)]
pub struct Options {
    /// `--script`
    pub script: Option<PathBuf>,
    /// `--phones`
    pub phones: usize,
    /// `--ladder`
    pub ladder: bool,
    /// `--pcap`
    pub capture: Option<PathBuf>,
    /// `--server`
    pub server: Option<String>,
    /// `--account` and `--password-file`
    pub account: Option<Account>,
    /// `--transport tcp`
    pub tcp: bool,
    /// `--address`
    pub address: Option<IpAddr>,
    /// `--dns`
    pub dns: Option<SocketAddr>,
    /// `--shared`
    pub shared: bool,
    /// `--secure`
    pub secure: bool,
    /// `--set`
    pub settings: Vec<(String, String)>,
    /// `--play`
    pub play: Sound,
    /// `--record`
    pub record: Option<PathBuf>,
}

impl std::fmt::Debug for Options {
    /// Without the settings: a password may be among them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("script", &self.script)
            .field("phones", &self.phones)
            .field("server", &self.server)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// An account at a real server.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The user part.
    pub user: String,
    /// Its password; not printed.
    pub password: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Run.
    Run(Box<Options>),
    /// `--help`
    Help,
    /// `--version`
    Version,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            script: None,
            phones: 1,
            ladder: false,
            capture: None,
            server: None,
            account: None,
            tcp: false,
            address: None,
            dns: None,
            shared: false,
            secure: false,
            settings: Vec::new(),
            play: Sound::Silence,
            record: None,
        }
    }
}

impl Command {
    /// Reads the arguments that follow the program's name.
    ///
    /// ```
    /// use softphone::options::Command;
    /// let Ok(Command::Run(options)) = Command::parse(["--phones".into(), "3".into()]) else { panic!() };
    /// assert_eq!(options.phones, 3);
    /// ```
    ///
    /// # Errors
    /// What is wrong, for a person.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::default();
        let mut arguments = arguments.into_iter();
        let (mut account, mut password_file) = (None, None);
        while let Some(argument) = arguments.next() {
            let (name, mut inline) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
                _ => (argument, None),
            };
            let mut value =
                || inline.take().or_else(|| arguments.next()).ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--help" | "-h" => return Ok(Self::Help),
                "--version" | "-V" => return Ok(Self::Version),
                "--script" => options.script = Some(value()?.into()),
                "--phones" => options.phones = parse_phones(&value()?)?,
                "--ladder" => options.ladder = true,
                "--pcap" => options.capture = Some(value()?.into()),
                "--server" => options.server = Some(value()?),
                "--account" => account = Some(value()?),
                "--password-file" => password_file = Some(value()?),
                "--transport" => options.tcp = parse_transport(&value()?)?,
                "--address" => {
                    options.address = Some(value()?.parse().map_err(|_| "--address needs an IP address")?);
                }
                "--dns" => options.dns = Some(parse_name_server(&value()?)?),
                "--set" => options.settings.push(parse_setting(&value()?)?),
                "--play" => options.play = parse_sound(&value()?)?,
                "--record" => options.record = Some(value()?.into()),
                "--shared" => options.shared = true,
                "--secure" => options.secure = true,
                _ => return Err(format!("unknown option {name}; see --help")),
            }
            if inline.is_some() {
                return Err(format!("{name} takes no value"));
            }
        }
        options.apply_account(account, password_file)?;
        Ok(Self::Run(Box::new(options)))
    }
}

impl Options {
    fn apply_account(&mut self, account: Option<String>, file: Option<String>) -> Result<(), String> {
        let Some(account) = account else {
            return match file {
                Some(_) => Err("--password-file goes with --account".into()),
                None => Ok(()),
            };
        };
        let bare = account.strip_prefix("sip:").unwrap_or(&account);
        let (user, host) = bare.split_once('@').ok_or("--account is written sip:USER@HOST")?;
        if user.is_empty() || host.is_empty() {
            return Err("--account is written sip:USER@HOST".into());
        }
        let password = match file {
            Some(file) => {
                let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
                text.lines().next().unwrap_or_default().to_owned()
            }
            None => String::new(),
        };
        self.server.get_or_insert_with(|| host.to_owned());
        self.account = Some(Account { user: user.to_owned(), password });
        Ok(())
    }
}

fn parse_phones(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=9) => Ok(number),
        _ => Err("--phones needs a number from 1 to 9".into()),
    }
}

fn parse_transport(text: &str) -> Result<bool, String> {
    match text {
        "udp" => Ok(false),
        "tcp" => Ok(true),
        _ => Err("--transport is udp or tcp".into()),
    }
}

fn parse_name_server(text: &str) -> Result<SocketAddr, String> {
    let address = text.parse().or_else(|_| text.parse().map(|ip: IpAddr| SocketAddr::new(ip, PORT)));
    address.map_err(|_| "--dns is written IP or IP:PORT".into())
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    let (tag, value) = text.split_once('=').ok_or("--set is written TAG=VALUE")?;
    Ok((tag.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        match Command::parse(line.split_whitespace().map(str::to_owned))? {
            Command::Run(options) => Ok(*options),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn options_are_read() {
        let options =
            parse("--script=a.txt --phones 3 --ladder --set A=b=c --transport tcp --play 440Hz --dns ::1");
        let options = options.expect("options");
        assert_eq!(options.script, Some("a.txt".into()));
        assert_eq!(options.phones, 3);
        assert!(options.ladder && options.tcp);
        assert_eq!(options.dns, "[::1]:53".parse().ok());
        assert_eq!(options.settings, [("A".into(), "b=c".into())]);
        assert_eq!(options.play, Sound::Sine(440.0));
    }

    #[test]
    fn an_account_names_its_server() {
        let options = parse("--account sip:alice@pbx.example.com:5070").expect("options");
        assert_eq!(options.server.as_deref(), Some("pbx.example.com:5070"));
        assert_eq!(options.account.map(|account| account.user).as_deref(), Some("alice"));
        let options = parse("--account sip:alice@example.com --server 10.0.0.1").expect("options");
        assert_eq!(options.server.as_deref(), Some("10.0.0.1"));
    }

    #[test]
    fn mistakes_are_named() {
        let mistakes = [
            ("--phones 0", "--phones needs a number from 1 to 9"),
            ("--script", "--script needs a value"),
            ("--ladder=yes", "--ladder takes no value"),
            ("--account bob", "--account is written sip:USER@HOST"),
            ("--password-file x", "--password-file goes with --account"),
            ("--dns there", "--dns is written IP or IP:PORT"),
            ("extra", "unknown option extra; see --help"),
        ];
        for (line, want) in mistakes {
            assert_eq!(parse(line).expect_err(line), want);
        }
    }

    #[test]
    fn help_names_every_option() {
        for name in ["--script", "--phones", "--dns", "--pcap", "--account", "--address", "--set", "--record"]
        {
            assert!(HELP.contains(name), "{name}");
        }
        assert_eq!(Command::parse(["--help".into()]), Ok(Command::Help));
    }
}
