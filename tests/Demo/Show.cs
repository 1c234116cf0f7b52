using Lab.Processes;

namespace Demo;

/// <summary>The conversation, step by step. Each step waits until the other side has really seen it; nothing here is told that did not happen.</summary>
internal sealed class Show(Cast cast, Narrator narrator)
{
    private const string LyncBo = "Bo (Lync)";
    private const string XmppJuliet = "Juliet (XMPP)";
    private const string Appliance = "gateway";
    private static readonly TimeSpan Soon = Lab.Stage.Soon;

    public async Task PlayAsync()
    {
        await LyncAddsXmppAsync();
        await XmppAddsLyncAsync();
        await TalkAsync();
        await XmppBlocksAsync();
        await SurviveAsync();
        narrator.Plain("");
        narrator.Plain("All steps were seen on both sides.");
    }

    private async Task LyncAddsXmppAsync()
    {
        narrator.Scene("A Lync user adds an XMPP user");
        await narrator.DoesAsync(LyncBo, "adds juliet@jabber.example  (SUBSCRIBE)");
        await cast.Edge.DoAsync("subscribe", ("from", Cast.Bo), ("to", cast.Juliet.Address));
        var answer = await EdgeAsync("subscribe-result");
        narrator.Sees(LyncBo, $"{answer.At("status")} {answer.At("reason")}, Expires {answer.At("expires")}");
        await EdgeAsync("notify", ("state", "pending"));
        narrator.Sees(LyncBo, "NOTIFY pending: presence unknown yet");
        await JulietAsync("presence", ("type", "subscribe"));
        narrator.Sees(XmppJuliet, "bo@contoso.example wants to see my presence");
        await narrator.DoesAsync(XmppJuliet, "allows it  (<presence type='subscribed'/>)");
        await cast.Juliet.DoAsync("approve", ("to", Cast.Bo));
        await BoSeesAsync("Available");
        await narrator.DoesAsync(XmppJuliet, "goes away: \"in the garden\"");
        await cast.Juliet.DoAsync("presence", ("show", "away"), ("status", "in the garden"));
        await BoSeesAsync("Away", "in the garden");
    }

    private async Task XmppAddsLyncAsync()
    {
        narrator.Scene("The XMPP user adds the Lync user");
        await narrator.DoesAsync(XmppJuliet, "adds bo@contoso.example  (<presence type='subscribe'/>)");
        await cast.Juliet.DoAsync("subscribe", ("to", Cast.Bo));
        await EdgeAsync("watcher", ("from", cast.Juliet.Address));
        narrator.Sees(LyncBo, "the edge got a SUBSCRIBE of juliet@jabber.example and grants it");
        await JulietAsync("presence", ("type", "subscribed"));
        narrator.Sees(XmppJuliet, "allowed");
        await JulietAsync("presence", ("type", "available"));
        narrator.Sees(XmppJuliet, "Bo is available");
        await narrator.DoesAsync(LyncBo, "is in a meeting");
        await cast.Edge.DoAsync("set-presence", ("user", Cast.Bo), ("state", "in-a-meeting"), ("note", "budget"));
        await JulietAsync("presence", ("type", "available"), ("show", "dnd"));
        narrator.Sees(XmppJuliet, "Bo: do not disturb (budget)");
    }

    private async Task TalkAsync()
    {
        narrator.Scene("They talk");
        await LyncSaysAsync("Hello Juliet, got a minute?");
        await narrator.DoesAsync(XmppJuliet, "types …");
        await cast.Juliet.DoAsync("chatstate", ("to", Cast.Bo), ("state", "composing"));
        await EdgeAsync("typing", ("state", "type"));
        narrator.Sees(LyncBo, "Juliet is typing");
        await XmppSaysAsync("Always 🌹  — one line\nand another");
        await narrator.DoesAsync(LyncBo, "types …");
        await cast.Edge.DoAsync("typing", ("from", Cast.Bo), ("to", cast.Juliet.Address));
        await JulietAsync("message", ("state", "composing"));
        narrator.Sees(XmppJuliet, "Bo is typing");
        await LyncSaysAsync("Fat & <fancy>", form: "html");
    }

    private async Task XmppBlocksAsync()
    {
        narrator.Scene("The XMPP user blocks the Lync user, and thinks better of it");
        await narrator.DoesAsync(XmppJuliet, "blocks bo@contoso.example  (XEP-0191)");
        await cast.Juliet.DoAsync("block", ("to", Cast.Bo));
        await BoSeesAsync("Offline");
        await narrator.DoesAsync(XmppJuliet, "unblocks him and is back");
        await cast.Juliet.DoAsync("unblock", ("to", Cast.Bo));
        await cast.Juliet.DoAsync("presence", ("status", "back again"));
        await BoSeesAsync("Available", "back again");
    }

    private async Task SurviveAsync()
    {
        narrator.Scene("The appliance is killed (kill -9) and started again; nobody does anything");
        await narrator.DoesAsync(Appliance, "dies and comes back");
        await cast.Gateway.KillAndStartAsync();
        narrator.Sees(Appliance, "ready");
        await narrator.DoesAsync(XmppJuliet, "is busy");
        await cast.Juliet.DoAsync("presence", ("show", "dnd"), ("status", "after the crash"));
        await BoSeesAsync("Busy", "after the crash");
        await narrator.DoesAsync(LyncBo, "is away");
        await cast.Edge.DoAsync("set-presence", ("user", Cast.Bo), ("state", "away"));
        await JulietAsync("presence", ("type", "available"), ("show", "away"));
        narrator.Sees(XmppJuliet, "Bo is away");
        await LyncSaysAsync("Still here?");
        await XmppSaysAsync("Still here.");
        var asked = cast.Juliet.Count("presence", ("type", "subscribe"), ("bare", Cast.Bo));
        if (asked != 1) throw new LabFaultException($"Juliet was asked {asked} times");
        narrator.Sees(XmppJuliet, "was asked for her permission once, in all of this");
    }

    private async Task LyncSaysAsync(string text, string form = "plain")
    {
        await narrator.DoesAsync(LyncBo, $"writes ({form}): {text}");
        await cast.Edge.DoAsync("message", ("from", Cast.Bo), ("to", cast.Juliet.Address), ("text", text), ("form", form));
        await JulietAsync("message", ("body", text));
        narrator.Sees(XmppJuliet, $"reads: {text}");
    }

    private async Task XmppSaysAsync(string text)
    {
        await narrator.DoesAsync(XmppJuliet, $"writes: {OneLine(text)}");
        await cast.Juliet.DoAsync("message", ("to", Cast.Bo), ("body", text), ("state", "active"));
        var message = await EdgeAsync("message");
        narrator.Sees(LyncBo, $"reads: {OneLine(message.At("text") ?? "")}");
    }

    private async Task BoSeesAsync(string shows, string? note = null)
    {
        await (note is null ? EdgeAsync("notify", ("state", "active"), ("shows", shows)) : EdgeAsync("notify", ("state", "active"), ("shows", shows), ("note", note)));
        narrator.Sees(LyncBo, $"Juliet: {shows}{(note is null ? "" : $" ({note})")}");
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ⏎ ");

    private Task<System.Text.Json.Nodes.JsonObject> EdgeAsync(string name, params (string Name, string Value)[] fields) => cast.Edge.TakeAsync(name, Soon, fields);

    private Task<System.Text.Json.Nodes.JsonObject> JulietAsync(string name, params (string Name, string Value)[] fields) =>
        cast.Juliet.TakeAsync(name, Soon, [.. fields, ("bare", Cast.Bo)]);
}
