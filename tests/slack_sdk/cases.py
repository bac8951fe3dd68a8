"""Builds views, blocks, elements, composition objects and options with slack_sdk's own models, and prints each as a
line of JSON: its name, where it goes, the JSON, and what the models' own validators say of it.

Every limit that the models declare (a class attribute named `*_max_length`) must be tried at the limit and one
beyond it; one that is not tried is an error here.
"""

import json
import sys

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import blocks as b
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import block_elements as e
from slack_sdk.models.blocks import blocks as kinds
from slack_sdk.models.blocks import basic_components as c
from slack_sdk.models.blocks.basic_components import FeedbackButtonObject, RawTextObject, SlackFile
from slack_sdk.models.views import View

URL = "https://example.com/"


def plain(text="x"):
    return b.PlainTextObject(text=text)


def option(text="x", value="v", **more):
    return b.Option(text=plain(text), value=value, **more)


def options(count):
    return [option(str(i), str(i)) for i in range(count)]


def group(label="g", count=1):
    return b.OptionGroup(label=plain(label), options=options(count))


def confirm(title="t", text="x", yes="y", no="n", **more):
    return b.ConfirmObject(title=title, text=plain(text), confirm=yes, deny=no, **more)


def button(text="x", **more):
    return b.ButtonElement(text=text, action_id=more.pop("action_id", "a"), **more)


def rich(*elements):
    return b.RichTextBlock(elements=list(elements))


def rich_section(*parts):
    return b.RichTextSectionElement(elements=list(parts))


# Where an object goes: within a modal's view, or within a message.
def view(*blocks, **more):
    more = {"title": plain("Title"), "submit": plain("Go"), **more}
    return "view", View(type="modal", blocks=list(blocks) or [b.DividerBlock()], **more)


def message(*blocks):
    return "blocks", list(blocks)


def in_actions(element):
    return message(b.ActionsBlock(elements=[element]))


def in_section(element):
    return view(b.SectionBlock(text="x", accessory=element))


def in_input(element):
    return view(b.InputBlock(label=plain("Label"), element=element))


def in_select(**more):
    return in_actions(b.StaticSelectElement(placeholder="p", action_id="a", **more))


def suggested(options):
    return "options", options


def suggested_groups(groups):
    return "option_groups", groups


def image(url=URL, alt="x"):
    return b.ImageElement(image_url=url, alt_text=alt)


def long_url(n):
    return URL + "x" * (n - len(URL))


def provider(**more):
    return message(kinds.AuthProviderBlock(**{"value": "v", "name": "n", "is_connected": True, **more}))


def container(**more):
    return message(kinds.ContainerBlock(**{"title": "t", "child_blocks": [b.DividerBlock()], **more}))


def feedback(text="x", value="v"):
    one = FeedbackButtonObject(text=text, value=value)
    both = b.FeedbackButtonsElement(positive_button=one, negative_button=FeedbackButtonObject(text="n", value="n"))
    return message(b.ContextActionsBlock(elements=[both]))


def icon_buttons(count):
    made = [
        b.IconButtonElement(icon="trash", text=plain("x"), action_id=f"a{i}", accessibility_label="x")
        for i in range(count)
    ]
    return message(b.ContextActionsBlock(elements=made))


def video(**more):
    more = {"alt_text": "x", "title": plain(), "thumbnail_url": URL, "video_url": URL, **more}
    return message(b.VideoBlock(**more))


def card(**more):
    return kinds.CardBlock(**more)


X = "x".__mul__

# Limit -> what makes an object of that size. The class that declares it, and the attribute.
LIMITS = [
    (View, "title", lambda n: view(title=plain(X(n)))),
    (View, "blocks", lambda n: view(*[b.DividerBlock() for _ in range(n)])),
    (View, "close", lambda n: view(close=plain(X(n)))),
    (View, "submit", lambda n: view(submit=plain(X(n)))),
    (View, "private_metadata", lambda n: view(private_metadata=X(n))),
    (View, "callback_id", lambda n: view(callback_id=X(n))),
    (b.Option, "label", lambda n: suggested([option(X(n))])),
    (b.Option, "label", lambda n: in_select(options=[option(X(n))])),
    (b.Option, "value", lambda n: suggested([option(value=X(n))])),
    (b.Option, "value", lambda n: in_select(options=[option(value=X(n))])),
    (b.OptionGroup, "label", lambda n: suggested_groups([group(X(n))])),
    (b.OptionGroup, "label", lambda n: in_select(option_groups=[group(X(n))])),
    (b.OptionGroup, "options", lambda n: suggested_groups([group(count=n)])),
    (b.OptionGroup, "options", lambda n: in_select(option_groups=[group(count=n)])),
    (b.ConfirmObject, "title", lambda n: in_actions(button(confirm=confirm(title=X(n))))),
    (b.ConfirmObject, "text", lambda n: in_actions(button(confirm=confirm(text=X(n))))),
    (b.ConfirmObject, "confirm", lambda n: in_actions(button(confirm=confirm(yes=X(n))))),
    (b.ConfirmObject, "deny", lambda n: in_actions(button(confirm=confirm(no=X(n))))),
    (FeedbackButtonObject, "text", lambda n: feedback(text=X(n))),
    (FeedbackButtonObject, "value", lambda n: feedback(value=X(n))),
    (b.Block, "block_id", lambda n: view(b.DividerBlock(block_id=X(n)))),
    (b.SectionBlock, "fields", lambda n: view(b.SectionBlock(fields=[plain(str(i)) for i in range(n)]))),
    (b.SectionBlock, "text", lambda n: view(b.SectionBlock(text=X(n)))),
    (b.ImageBlock, "image_url", lambda n: view(b.ImageBlock(image_url=long_url(n), alt_text="x"))),
    (b.ImageBlock, "alt_text", lambda n: view(b.ImageBlock(image_url=URL, alt_text=X(n)))),
    (b.ImageBlock, "title", lambda n: view(b.ImageBlock(image_url=URL, alt_text="x", title=X(n)))),
    (b.ActionsBlock, "elements", lambda n: view(b.ActionsBlock(elements=[button(action_id=str(i)) for i in range(n)]))),
    (b.ContextBlock, "elements", lambda n: view(b.ContextBlock(elements=[plain(str(i)) for i in range(n)]))),
    (b.ContextActionsBlock, "elements", icon_buttons),
    (b.InputBlock, "label", lambda n: view(b.InputBlock(label=X(n), element=b.PlainTextInputElement()))),
    (b.InputBlock, "hint", lambda n: view(b.InputBlock(label="x", hint=X(n), element=b.PlainTextInputElement()))),
    (b.HeaderBlock, "text", lambda n: view(b.HeaderBlock(text=X(n)))),
    (b.MarkdownBlock, "text", lambda n: message(b.MarkdownBlock(text=X(n)))),
    (b.VideoBlock, "title", lambda n: video(title=plain(X(n)))),
    (b.VideoBlock, "author_name", lambda n: video(author_name=X(n))),
    (kinds.CardBlock, "title", lambda n: message(card(title=X(n)))),
    (kinds.CardBlock, "subtitle", lambda n: message(card(title="x", subtitle=X(n)))),
    (kinds.CardBlock, "body", lambda n: message(card(body=X(n)))),
    (kinds.ContainerBlock, "title", lambda n: container(title=X(n))),
    (kinds.ContainerBlock, "subtitle", lambda n: container(subtitle=X(n))),
    (kinds.ContainerBlock, "child_blocks", lambda n: container(child_blocks=[b.DividerBlock() for _ in range(n)])),
    (kinds.CarouselBlock, "elements", lambda n: message(kinds.CarouselBlock(elements=[card(title=str(i)) for i in range(n)]))),
    (kinds.AuthProviderBlock, "value", lambda n: provider(value=X(n))),
    (kinds.AuthProviderBlock, "name", lambda n: provider(name=X(n))),
    (kinds.AuthProviderBlock, "description", lambda n: provider(description=X(n))),
    (kinds.AuthProviderBlock, "connected_identity", lambda n: provider(connected_identity=X(n))),
    (kinds.AuthProviderBlock, "connected_context", lambda n: provider(connected_context=X(n))),
    (kinds.AuthProviderBlock, "url", lambda n: provider(icon_url=long_url(n))),
    (kinds.AuthProviderBlock, "url", lambda n: provider(auth_url=long_url(n))),
    (kinds.AuthProviderBlock, "url", lambda n: provider(disconnect_url=long_url(n))),
    (e.InteractiveElement, "action_id", lambda n: in_actions(button(action_id=X(n)))),
    (e.InteractiveElement, "action_id", lambda n: in_input(b.PlainTextInputElement(action_id=X(n)))),
    (e.InputInteractiveElement, "placeholder", lambda n: in_input(b.PlainTextInputElement(placeholder=X(n)))),
    (e.InputInteractiveElement, "placeholder", lambda n: in_input(b.UserSelectElement(placeholder=X(n)))),
    (b.ButtonElement, "text", lambda n: in_actions(button(X(n)))),
    (b.ButtonElement, "text", lambda n: in_actions(button(accessibility_label=X(n)))),
    (b.ButtonElement, "url", lambda n: in_actions(button(url=long_url(n)))),
    (b.ButtonElement, "value", lambda n: in_actions(button(value=X(n)))),
    (b.ButtonElement, "agent_prompt", lambda n: in_actions(button(agent_prompt=X(n)))),
    (b.ImageElement, "image_url", lambda n: in_section(image(long_url(n)))),
    (b.ImageElement, "alt_text", lambda n: in_section(image(alt=X(n)))),
    (b.StaticSelectElement, "options", lambda n: in_select(options=options(n))),
    (b.StaticSelectElement, "option_groups", lambda n: in_select(option_groups=[group(str(i)) for i in range(n)])),
    (b.StaticMultiSelectElement, "options", lambda n: in_section(b.StaticMultiSelectElement(placeholder="p", action_id="a", options=options(n)))),
    (b.StaticMultiSelectElement, "option_groups", lambda n: in_section(b.StaticMultiSelectElement(placeholder="p", action_id="a", option_groups=[group(str(i)) for i in range(n)]))),
    (b.SelectElement, "options", lambda n: in_actions(b.SelectElement(placeholder="p", action_id="a", options=options(n)))),
    (b.SelectElement, "option_groups", lambda n: in_actions(b.SelectElement(placeholder="p", action_id="a", option_groups=[group(str(i)) for i in range(n)]))),
    (b.OverflowMenuElement, "options", lambda n: in_actions(b.OverflowMenuElement(action_id="a", options=options(n)))),
]

VALID = {
    "home of all that is plain": lambda: view(b.HeaderBlock(text="h"), b.DividerBlock(), b.SectionBlock(text="*m*")),
    "view with all members": lambda: view(
        close=plain("No"), callback_id="c", private_metadata="{}", external_id="e", clear_on_close=True, notify_on_close=False
    ),
    "section with a button": lambda: in_section(button(style="primary", value="v")),
    "section with fields": lambda: view(b.SectionBlock(fields=["*a*", "b"])),
    "section that expands": lambda: view(b.SectionBlock(text="x", expand=True)),
    "image from Slack": lambda: message(b.ImageBlock(slack_file=SlackFile(id="F0EXAMPLE"), alt_text="x")),
    "image in a context": lambda: view(b.ContextBlock(elements=[image(), plain(), b.MarkdownTextObject(text="*x*")])),
    "confirmed button": lambda: in_actions(button(style="danger", confirm=confirm(style="danger"))),
    "link button": lambda: in_actions(b.LinkButtonElement(text="x", url=URL, action_id="a")),
    "overflow": lambda: in_section(b.OverflowMenuElement(action_id="a", options=options(1))),
    "static select with a choice": lambda: in_select(options=options(3), initial_option=options(3)[1]),
    "static select with groups": lambda: in_select(option_groups=[group("g", 2), group("h", 1)]),
    "external select": lambda: in_actions(b.ExternalDataSelectElement(placeholder="p", action_id="a", min_query_length=2)),
    "external multi select": lambda: in_section(b.ExternalDataMultiSelectElement(placeholder="p", action_id="a", max_selected_items=2)),
    "users": lambda: in_actions(b.UserSelectElement(placeholder="p", action_id="a", initial_user="U0EXAMPLE")),
    "many users": lambda: in_section(b.UserMultiSelectElement(placeholder="p", action_id="a", initial_users=["U0EXAMPLE"])),
    "conversations": lambda: in_input(
        b.ConversationSelectElement(
            placeholder="p", action_id="a", default_to_current_conversation=True, response_url_enabled=True,
            filter=b.ConversationFilter(include=["im", "mpim"], exclude_bot_users=True),
        )
    ),
    "many conversations": lambda: in_section(b.ConversationMultiSelectElement(placeholder="p", action_id="a", max_selected_items=1)),
    "channels": lambda: in_actions(b.ChannelSelectElement(placeholder="p", action_id="a", initial_channel="C0EXAMPLE")),
    "many channels": lambda: in_section(b.ChannelMultiSelectElement(placeholder="p", action_id="a", initial_channels=["C0EXAMPLE"])),
    "date": lambda: in_actions(b.DatePickerElement(action_id="a", placeholder="p", initial_date="2026-11-22")),
    "time": lambda: in_actions(b.TimePickerElement(action_id="a", placeholder="p", initial_time="07:30", timezone="Europe/Vienna")),
    "date and time": lambda: in_actions(b.DateTimePickerElement(action_id="a", initial_date_time=1763764899)),
    "checkboxes": lambda: in_input(b.CheckboxesElement(action_id="a", options=options(3), initial_options=options(3)[:1])),
    "radio buttons": lambda: in_input(b.RadioButtonsElement(action_id="a", options=options(3), initial_option=options(3)[2])),
    "described option": lambda: in_select(options=[option(description="what it is")]),
    "plain input": lambda: in_input(
        b.PlainTextInputElement(
            action_id="a", placeholder="p", initial_value="i", multiline=True, min_length=1, max_length=3000, focus_on_load=True,
            dispatch_action_config=c.DispatchActionConfig(trigger_actions_on=["on_character_entered", "on_enter_pressed"]),
        )
    ),
    "email": lambda: in_input(b.EmailInputElement(action_id="a", placeholder="p", initial_value="a@example.com")),
    "URL": lambda: in_input(b.UrlInputElement(action_id="a", initial_value=URL)),
    "number": lambda: in_input(b.NumberInputElement(action_id="a", is_decimal_allowed=True, min_value="1.5", max_value="10", initial_value="2")),
    "file input": lambda: in_input(e.FileInputElement(action_id="a", filetypes=["pdf"], max_files=3)),
    "rich text input": lambda: in_input(b.RichTextInputElement(action_id="a", placeholder="p", initial_value=rich(rich_section(b.RichTextElementParts.Text(text="x"))))),
    "optional input": lambda: view(b.InputBlock(label="l", hint="h", optional=True, dispatch_action=True, block_id="i", element=b.PlainTextInputElement(action_id="a"))),
    "rich text": lambda: message(
        rich(
            rich_section(
                b.RichTextElementParts.Text(text="x", style=b.RichTextElementParts.TextStyle(bold=True, code=False)),
                b.RichTextElementParts.Link(url=URL, text="x"),
                b.RichTextElementParts.Emoji(name="tada"),
                b.RichTextElementParts.User(user_id="U0EXAMPLE"),
                b.RichTextElementParts.UserGroup(usergroup_id="S0EXAMPLE"),
                b.RichTextElementParts.Channel(channel_id="C0EXAMPLE"),
                b.RichTextElementParts.Team(team_id="T0EXAMPLE"),
                b.RichTextElementParts.Broadcast(range="here"),
                b.RichTextElementParts.Color(value="#aabbcc"),
                b.RichTextElementParts.Date(timestamp=1763764899, format="{date}"),
            ),
            b.RichTextListElement(style="ordered", indent=1, elements=[rich_section(b.RichTextElementParts.Text(text="x"))]),
            b.RichTextPreformattedElement(elements=[b.RichTextElementParts.Text(text="x")]),
            b.RichTextQuoteElement(elements=[b.RichTextElementParts.Text(text="x")]),
        )
    ),
    "empty rich text section": lambda: message(rich(rich_section())),
    "markdown": lambda: message(b.MarkdownBlock(text="# x")),
    "video": lambda: video(description=plain("d"), provider_name="p", provider_icon_url=URL, title_url=URL, author_name="a"),
    "remote file": lambda: message(b.FileBlock(external_id="e", source="remote")),
    "call": lambda: message(b.CallBlock(call_id="R0EXAMPLE")),
    "table": lambda: message(kinds.TableBlock(rows=[[RawTextObject(text="a"), RawTextObject(text="b")]], column_settings=[{"align": "right", "is_wrapped": True}])),
    "alert": lambda: message(kinds.AlertBlock(text="x", level="warning")),
    "card": lambda: message(card(hero_image=image(), icon=image(), title="t", subtitle="s", body="b", actions=[button()])),
    "collapsible container": lambda: container(width="wide", is_collapsible=True, default_collapsed=True, icon=image()),
    "auth provider": lambda: provider(description="d", icon_url=URL, accessory=b.OverflowMenuElement(action_id="a", options=options(1))),
    "task": lambda: message(kinds.TaskCardBlock(task_id="t", title="x", status="in_progress", sources=[b.UrlSourceElement(url=URL, text="x")])),
    "plan": lambda: message(kinds.PlanBlock(title="p", tasks=[kinds.TaskCardBlock(task_id="t", title="x", status="complete")])),
    "feedback": feedback,
    "icon button": lambda: icon_buttons(1),
    "workflow button": lambda: message(
        b.ActionsBlock(
            elements=[
                e.WorkflowButtonElement(
                    text="x", action_id="a",
                    workflow=c.Workflow(trigger=c.WorkflowTrigger(url=URL, customizable_input_parameters=[{"name": "n", "value": "v"}])),
                )
            ]
        )
    ),
    "mrkdwn options": lambda: in_input(
        b.CheckboxesElement(action_id="a", options=[b.Option(text=b.MarkdownTextObject(text="*x*"), value="v")])
    ),
    "option with a URL": lambda: in_section(b.OverflowMenuElement(action_id="a", options=[option(url=URL)])),
    "many selects in actions": lambda: message(
        b.ActionsBlock(
            elements=[
                b.StaticMultiSelectElement(placeholder="p", action_id="a", options=options(1)),
                b.UserMultiSelectElement(placeholder="p", action_id="b"),
                b.RadioButtonsElement(action_id="c", options=options(1)),
                b.CheckboxesElement(action_id="d", options=options(1)),
                b.RichTextInputElement(action_id="e"),
            ]
        )
    ),
    "selects in inputs": lambda: view(
        *[
            b.InputBlock(label="l", element=element)
            for element in (
                b.StaticSelectElement(placeholder="p", action_id="a", options=options(1)),
                b.StaticMultiSelectElement(placeholder="p", action_id="a", options=options(1)),
                b.ExternalDataSelectElement(placeholder="p", action_id="a"),
                b.UserSelectElement(placeholder="p", action_id="a"),
                b.ChannelMultiSelectElement(placeholder="p", action_id="a"),
                b.DatePickerElement(action_id="a"),
                b.TimePickerElement(action_id="a"),
                b.DateTimePickerElement(action_id="a"),
            )
        ]
    ),
    "image of Slack's in a section": lambda: in_section(b.ImageElement(slack_file=SlackFile(url=URL), alt_text="x")),
    "earliest moment": lambda: in_actions(b.DateTimePickerElement(action_id="a", initial_date_time=0)),
    "container of blocks": lambda: container(child_blocks=[b.HeaderBlock(text="h"), b.SectionBlock(text="x"), b.ActionsBlock(elements=[button()])]),
    "rich container title": lambda: container(title=None, rich_text_title=rich(rich_section(b.RichTextElementParts.Text(text="x")))),
    "task with rich text": lambda: message(
        kinds.TaskCardBlock(task_id="t", title="x", status="error", details=rich(rich_section()), output=rich(rich_section()))
    ),
    "options of a dialog": lambda: ("dialog options", [b.Option(label="x", value="v")]),
    "options of an old message": lambda: ("message options", [b.Option(label="x", value="v")]),
    "suggestions": lambda: suggested(options(100)),
    "suggestions in groups": lambda: suggested_groups([group(str(i), 2) for i in range(100)]),
}


# What the validators refuse for another reason than a size.
REFUSED = {
    "view of no kind": lambda: ("view", View(type="modl", title="x", blocks=[b.DividerBlock()])),
    "view without blocks": lambda: ("view", View(type="modal", title="x", blocks=[])),
    "section without text": lambda: view(b.SectionBlock(block_id="s")),
    "button of another style": lambda: in_actions(button(style="blue")),
    "confirmed in another style": lambda: in_actions(button(confirm=confirm(style="blue"))),
    "select without options": lambda: in_select(),
    "select with both": lambda: in_select(options=options(1), option_groups=[group()]),
    "overflow without options": lambda: in_actions(b.OverflowMenuElement(action_id="a", options=[])),
    "date of another form": lambda: in_actions(b.DatePickerElement(action_id="a", initial_date="22.11.2026")),
    "time of another form": lambda: in_actions(b.TimePickerElement(action_id="a", initial_time="7.30")),
    "moment that is none": lambda: in_actions(b.DateTimePickerElement(action_id="a", initial_date_time=99999999999)),
    "video without its URL": lambda: video(video_url=None),
    "task of another state": lambda: message(kinds.TaskCardBlock(task_id="t", title="x", status="done")),
    "alert of another level": lambda: message(kinds.AlertBlock(text="x", level="loud")),
    "card of nothing": lambda: message(card(subtitle="s")),
    "container of another width": lambda: container(width="huge"),
    "container with both": lambda: container(is_collapsible=True, has_header_divider=True),
    "carousel without cards": lambda: message(kinds.CarouselBlock(elements=[])),
    "provider without its state": lambda: provider(is_connected=None),
    "table without rows": lambda: message(kinds.TableBlock(rows=[])),
}


def validate(value):
    """Validates an object and all that it holds; `to_dict` alone leaves out some of it."""
    if isinstance(value, JsonObject):
        value.validate_json()
        for held in vars(value).values():
            validate(held)
    elif isinstance(value, (list, tuple)):
        for held in value:
            validate(held)


def as_json(value):
    if isinstance(value, list):
        return [as_json(held) for held in value]
    return value.get_non_null_attributes()


def spelled(place, built):
    """The JSON of what the models take; old menus have options of their own form."""
    form = {"dialog options": ["dialog"], "message options": ["action"]}.get(place, [])
    return [one.to_dict(*form) for one in built] if isinstance(built, list) else built.to_dict()


def tell(name, make, at_limit=False):
    try:
        place, built = make()
        validate(built)
        json_ = spelled(place, built)
        refused = None
    except SlackObjectFormationError as error:
        place, built = make()
        json_ = unchecked(built)
        refused = str(error)
    print(json.dumps({"name": name, "place": place, "json": json_, "refused": refused, "at_limit": at_limit}))


def unchecked(value):
    """The JSON of what the models refuse to spell."""
    original = JsonObject.validate_json
    try:
        JsonObject.validate_json = lambda self: None
        return as_json(value)
    finally:
        JsonObject.validate_json = original


def declared():
    found = set()
    todo = [JsonObject]
    while todo:
        for sub in todo.pop().__subclasses__():
            todo.append(sub)
            if sub.__module__.startswith(("slack_sdk.models.blocks", "slack_sdk.models.views")):
                found |= {(sub.__name__, name) for name in vars(sub) if name.endswith("_max_length") and name[0] != "_"}
    return found


def main():
    for name, make in {**VALID, **REFUSED}.items():
        tell(name, make)
    for owner, what, make in LIMITS:
        limit = getattr(owner, f"{what}_max_length")
        for count in (limit, limit + 1):
            tell(f"{owner.__name__}.{what} {count}", lambda: make(count), count == limit)
    untried = declared() - {(owner.__name__, f"{what}_max_length") for owner, what, _ in LIMITS}
    if untried:
        sys.exit(f"limits of slack_sdk that nothing tries: {sorted(untried)}")


main()
