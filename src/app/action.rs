//! Everything a key can do, as one table: action, name, default keys, where, one line of help, footer word.
//! The keymap, the footer, the help screen, the palette and the README's table are made from it.

use super::Pane;

/// Where an action's keys work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In every pane, unless text is being written.
    Everywhere,
    Pane(Pane),
    /// While the composer's draft is being edited; the composer's own keys work there too.
    Editor,
    /// While the list of rules is open; what moves elsewhere moves there too.
    Rules,
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    pub action: Action,
    /// The name in the palette and in the config file.
    pub name: &'static str,
    pub keys: &'static [&'static str],
    pub scope: Scope,
    pub help: &'static str,
    /// The word in the footer, for what is used most.
    pub footer: Option<&'static str>,
    /// Under which heading the help shows it.
    pub group: &'static str,
}

macro_rules! actions {
    ($($group:literal {
        $($action:ident $name:literal [$($key:literal)*] ($scope:expr) $help:literal $(=> $footer:literal)?;)+
    })+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($($action),+),+ }

        /// Every action there is, in the order of the help screen.
        pub const TABLE: &[Row] = &[$($(Row {
            action: Action::$action,
            name: $name,
            keys: &[$($key),*],
            scope: $scope,
            help: $help,
            footer: actions!(@footer $($footer)?),
            group: $group,
        }),+),+];
    };
    (@footer) => { None };
    (@footer $footer:literal) => { Some($footer) };
}

use Pane::{Composer, Envelopes, Payload};
use Scope::{Editor, Everywhere};

actions! {
    "Answering" {
        AckNow "ack-now" ["a"] (Everywhere) "acknowledge now, with an empty ack" => "ack";
        AckHeld "ack-held" ["A"] (Everywhere) "acknowledge all that is held, empty";
        NextHeld "next-held" ["u"] (Everywhere) "the next held envelope: what needs you" => "next held";
        Compose "compose" ["c"] (Everywhere) "compose an ack for this envelope" => "compose";
        Hold "hold" ["H"] (Everywhere) "hold policy: what waits for your answer" => "hold";
        Rules "rules" ["L"] (Everywhere) "the list of rules: what is answered without you" => "rules";
    }
    "Connections" {
        ToggleDebugReconnects "debug-reconnects" ["D"] (Everywhere) "toggle debug_reconnects, offer to reconnect now" => "debug_reconnects";
        Reconnect "reconnect" ["R"] (Everywhere) "reconnect now" => "reconnect";
        FewerConnections "fewer-connections" ["["] (Everywhere) "one connection fewer";
        MoreConnections "more-connections" ["]"] (Everywhere) "one connection more, up to 10";
    }
    "The list" {
        Filter "filter" ["f"] (Everywhere) "filter the list" => "filter";
        Follow "follow" ["F"] (Everywhere) "follow the newest envelope" => "follow";
        Freeze "freeze" ["space"] (Scope::Pane(Envelopes)) "freeze the list; acks go on";
        NextFinding "next-finding" ["E"] (Everywhere) "the next finding, explained: late ack, retry …" => "finding";
        Mark "mark" ["m"] (Everywhere) "mark this envelope, to compare others with it";
        Compare "compare" ["d"] (Everywhere) "compare with the marked envelope; a retry with its first delivery" => "compare";
        OtherDelivery "other-delivery" ["b"] (Everywhere) "from a retry to the first delivery, and back" => "other delivery";
        SaveShown "save-shown" ["w"] (Everywhere) "save what the filter shows as a recording";
        Export "export" ["x"] (Everywhere) "export: recording, payload files, HAR, redacted report" => "export";
        UnreadableLines "unreadable-lines" ["U"] (Everywhere) "the lines that are no records (recording)";
        SendSample "send-sample" ["i"] (Everywhere) "send a sample event (simulator)";
        SendAgain "send-again" ["r"] (Everywhere) "send this envelope again (simulator)";
    }
    "The payload" {
        ToggleFold "toggle-fold" ["space"] (Scope::Pane(Payload)) "fold, unfold" => "fold";
        FoldOrParent "fold-or-parent" ["h" "left"] (Scope::Pane(Payload)) "fold, or to the parent";
        UnfoldOrChild "unfold-or-child" ["l" "right"] (Scope::Pane(Payload)) "unfold, or to the child";
        FoldAll "fold-all" ["-"] (Scope::Pane(Payload)) "fold all";
        UnfoldAll "unfold-all" ["+" "="] (Scope::Pane(Payload)) "unfold all";
        Query "query" ["J"] (Everywhere) "look at the payload through a jq expression" => "jq";
        Raw "raw" ["o"] (Everywhere) "payload as a tree, or raw as it came";
        CopyMenu "copy" ["y"] (Everywhere) "copy: value, path, envelope, ack, handler, curl" => "copy";
        EditPayload "edit-payload" ["e"] (Everywhere) "the payload in $EDITOR (a copy)";
        PagePayload "page-payload" ["v"] (Everywhere) "the payload in $PAGER";
    }
    "Writing an ack" {
        Send "send" ["ctrl-s"] (Scope::Pane(Composer)) "send the draft as the ack" => "send";
        Arm "arm" ["ctrl-r"] (Scope::Pane(Composer)) "arm the draft as a rule for what comes next" => "arm";
        NextProblem "next-problem" ["ctrl-g"] (Scope::Pane(Composer)) "to the next thing in the draft that is wrong" => "next problem";
        NextTemplate "next-template" ["ctrl-t"] (Scope::Pane(Composer)) "the next template" => "template";
        RestoreDraft "restore-draft" ["ctrl-o"] (Scope::Pane(Composer)) "back to what was written before Ctrl-T";
        EditDraft "edit-draft" ["ctrl-e"] (Scope::Pane(Composer)) "the draft in $EDITOR" => "editor";
        SaveTemplate "save-template" ["ctrl-p"] (Scope::Pane(Composer)) "save the draft as a template of your own";
        Templates "templates" [] (Everywhere) "your templates: their files, and what is wrong with them";
        CheckWithSlack "check-with-slack" [] (Scope::Pane(Composer)) "let Slack check the draft's blocks (blocks.validate)";
        CopyJavaScript "copy-javascript" [] (Everywhere) "copy the ack as a handler for Bolt for JavaScript";
        CopyPython "copy-python" [] (Everywhere) "copy the ack as a handler for Bolt for Python";
        CopyJava "copy-java" [] (Everywhere) "copy the ack as a handler for Bolt for Java";
        CopyCurl "copy-curl" [] (Everywhere) "copy a message to the response_url as curl";
        LeaveEditor "leave-editor" ["esc"] (Editor) "leave the draft; it stays" => "leave";
        QuitFromEditor "quit-from-draft" ["ctrl-c"] (Editor) "quit";
    }
    "The list of rules" {
        SwitchRule "switch-rule" ["space"] (Scope::Rules) "switch the rule on or off" => "on/off";
        EditRule "edit-rule" ["e" "enter"] (Scope::Rules) "change the rule" => "edit";
        RemoveRule "remove-rule" ["x" "delete"] (Scope::Rules) "remove the rule" => "remove";
        RuleUp "rule-up" ["K" "ctrl-up"] (Scope::Rules) "move it up: the first that matches answers" => "up";
        RuleDown "rule-down" ["J" "ctrl-down"] (Scope::Rules) "move it down" => "down";
        SaveRules "save-rules" ["w"] (Scope::Rules) "write all rules to a file" => "save";
    }
    "Searching" {
        Search "search" ["/"] (Everywhere) "search in the pane" => "search";
        NextHit "next-hit" ["n"] (Everywhere) "the next hit";
        PreviousHit "previous-hit" ["N"] (Everywhere) "the previous hit";
    }
    "Moving" {
        Down "down" ["j" "down"] (Everywhere) "one row down";
        Up "up" ["k" "up"] (Everywhere) "one row up";
        HalfDown "half-page-down" ["ctrl-d"] (Everywhere) "half a page down";
        HalfUp "half-page-up" ["ctrl-u"] (Everywhere) "half a page up";
        PageDown "page-down" ["pgdn" "ctrl-f"] (Everywhere) "a page down";
        PageUp "page-up" ["pgup" "ctrl-b"] (Everywhere) "a page up";
        First "first" ["g" "home"] (Everywhere) "the first row";
        Last "last" ["G" "end"] (Everywhere) "the last row";
    }
    "Panes" {
        NextPane "next-pane" ["tab"] (Everywhere) "the next pane" => "pane";
        PreviousPane "previous-pane" ["shift-tab"] (Everywhere) "the previous pane";
        PaneEnvelopes "pane-envelopes" ["1"] (Everywhere) "the envelopes";
        PanePayload "pane-payload" ["2"] (Everywhere) "the payload";
        PaneHealth "pane-health" ["3"] (Everywhere) "the connection health";
        PaneComposer "pane-composer" ["4"] (Everywhere) "the ack composer";
        Enter "enter" ["enter"] (Everywhere) "into the payload, into the draft" => "open";
        Back "back" ["esc"] (Everywhere) "back, cancel; never quits";
        Zoom "zoom" ["z"] (Everywhere) "this pane alone, without borders" => "zoom";
    }
    "sockscope" {
        Palette "palette" [":"] (Everywhere) "command palette: every action by name" => "actions";
        Help "help" ["?"] (Everywhere) "this help" => "help";
        Theme "theme" ["t"] (Everywhere) "the next theme";
        Suspend "suspend" ["ctrl-z"] (Everywhere) "suspend to the shell";
        Quit "quit" ["q" "ctrl-c"] (Everywhere) "quit; asks while envelopes are held" => "quit";
    }
}

impl Action {
    pub fn row(self) -> &'static Row {
        // The macro makes the table from the same list as the enum, in the same order.
        &TABLE[self as usize]
    }

    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_finds_its_own_row_and_names_are_unique() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.action.row().name, row.name);
            assert_eq!(Action::named(row.name), Some(row.action), "{} at {at}", row.name);
        }
    }
}
