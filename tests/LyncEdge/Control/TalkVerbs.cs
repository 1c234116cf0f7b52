using LyncEdge.Talk;

namespace LyncEdge.Control;

/// <summary>The verbs of conversations: saying, typing, closing, and how our users answer.</summary>
public sealed class TalkVerbs(AccessEdge edge)
{
    public void AddTo(Dictionary<string, Action<Command>> verbs)
    {
        verbs["message"] = Message;
        verbs["invite"] = Invite;
        verbs["typing"] = Typing;
        verbs["close"] = Close;
        verbs["abandon"] = Abandon;
        verbs["callee"] = Callee;
        verbs["on-message"] = OnMessage;
        verbs["release"] = c => Ok(c, ("released", edge.Talks.ReleaseHeld(c.Person("user"))));
        verbs["glare"] = Glare;
        verbs["reinvite"] = c => InDialog(c, "INVITE", "application/sdp", Sdp.Offer(edge.Scribe.Profile.MediaToken, edge.Scribe.Profile.AcceptTypes));
        verbs["update"] = c => InDialog(c, "UPDATE", null, null);
        verbs["info"] = c => InDialog(c, "INFO", c.Need("contentType"), c.Need("body"));
        verbs["in-dialog"] = c => InDialog(c, c.Need("method"), c.Text("contentType"), c.Text("body"));
    }

    private static InviteWish Wish(Command c) => new()
    {
        Id = c.Id, From = c.Person("from"), To = c.Person("to"), Kind = c.Text("kind") ?? "im", Embeds = c.Flag("embed", otherwise: true), Subject = c.Text("subject"),
        SessionExpires = c.Number("sessionExpires"), Extra = c.Texts("extra"), Connection = c.Number("conn"), Target = c.Text("uri"),
    };

    private static OutgoingText TextOf(Command c)
    {
        var text = c.Text("text") ?? "";
        var (type, body) = TextForm.Of(c.Text("form") ?? "plain", text);
        return new OutgoingText(c.Id, text, type, c.Text("body") ?? body) { Extra = c.Texts("messageExtra") };
    }

    private void Message(Command c)
    {
        edge.Talks.Say(TextOf(c), Wish(c), c.Flag("new"));
        Ok(c);
    }

    /// <summary>An INVITE of any kind; a text goes along only if one is given.</summary>
    private void Invite(Command c)
    {
        var wish = Wish(c);
        var conversation = edge.Talks.Call(c.Text("text") is null ? wish : wish with { First = TextOf(c) });
        Ok(c, ("callId", conversation.Dialog.CallId));
    }

    private void Typing(Command c)
    {
        edge.Talks.Type(The(c), c.Flag("on", otherwise: true), c.Id);
        Ok(c);
    }

    private void Close(Command c)
    {
        edge.Talks.Close(The(c), c.Id);
        Ok(c);
    }

    /// <summary>The client forgets the conversation without a BYE: what comes next gets 481.</summary>
    private void Abandon(Command c)
    {
        edge.Talks.End(The(c), "abandoned");
        Ok(c);
    }

    private void Callee(Command c)
    {
        var person = edge.Person(c.Person("user"));
        var usual = new CalleeHabit();
        person.Callee = new CalleeHabit
        {
            Mode = c.Text("mode") ?? (c.Number("status") is null ? "accept" : "reject"), AfterMs = c.Number("afterMs") ?? 0,
            Provisionals = c.Fields.ContainsKey("provisionals") ? c.Numbers("provisionals") : usual.Provisionals, Forks = c.Number("forks") ?? 1,
            Status = c.Number("status") ?? 480, Phrase = c.Text("phrase"), Warning = c.Text("warning"), AcceptTypes = c.Text("acceptTypes"), Echoes = c.Flag("echo"),
        };
        Ok(c);
    }

    private void OnMessage(Command c)
    {
        edge.Person(c.Person("user")).OnMessage = new MessageHabit
        {
            Status = c.Number("status") ?? 200, Times = c.Number("times") ?? -1, AfterMs = c.Number("afterMs") ?? 0, OnlyHtml = c.Flag("onlyHtml"),
            Phrase = c.Text("phrase"), Warning = c.Text("warning"),
        };
        Ok(c);
    }

    /// <summary>The next INVITE of this pair to arrive meets one of ours, sent before theirs is answered (field fact C5).</summary>
    private void Glare(Command c)
    {
        var wish = Wish(c) with { First = TextOf(c) };
        edge.Talks.Glares[(wish.From, wish.To)] = wish;
        Ok(c);
    }

    private void InDialog(Command c, string method, string? type, string? body)
    {
        edge.Talks.Request(The(c), method, type, body, c.Texts("extra"), c.Id);
        Ok(c);
    }

    private Conversation The(Command c)
    {
        if (c.Text("callId") is { } callId && edge.Dialogs.Find(callId) is { Usage: Conversation byId }) return byId;
        return edge.Talks.Current(c.Person("from"), c.Person("to")) ?? throw new CommandFault("no such conversation");
    }

    private void Ok(Command command, params ReadOnlySpan<(string Key, object? Value)> fields) => edge.Events.Answer(command.Id, ok: true, fields);
}
