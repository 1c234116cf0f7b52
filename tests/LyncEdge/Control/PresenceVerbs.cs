using LyncEdge.Dialogs;
using LyncEdge.Presence;

namespace LyncEdge.Control;

/// <summary>The verbs of presence: watching users behind the gateway, and being watched by them.</summary>
public sealed class PresenceVerbs(AccessEdge edge)
{
    private static readonly string[] Reasons = ["deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant"];

    public void AddTo(Dictionary<string, Action<Command>> verbs)
    {
        verbs["subscribe"] = c => Subscribe(c, isPoll: false);
        verbs["poll"] = c => Subscribe(c, isPoll: true);
        verbs["refresh"] = c => Resubscribe(c, c.Number("expires"));
        verbs["unsubscribe"] = c => Resubscribe(c, 0);
        verbs["lapse"] = Lapse;
        verbs["notify-answer"] = NotifyAnswer;
        verbs["set-presence"] = SetPresence;
        verbs["cycle"] = Cycle;
        verbs["announce"] = c => Ok(c, ("watchers", edge.Watchers.Announce(c.Person("user"), Of(c))));
        verbs["user"] = User;
        verbs["block"] = c => Block(c, isBlocked: true);
        verbs["unblock"] = c => Block(c, isBlocked: false);
        verbs["deny"] = c => Policy(c, WatchPolicy.Deny);
        verbs["unknown"] = c => Policy(c, WatchPolicy.Unknown);
        verbs["pending"] = c => Policy(c, WatchPolicy.Pending);
        verbs["allow"] = c => Policy(c, WatchPolicy.Allow);
        verbs["approve"] = Approve;
        verbs["terminate"] = Terminate;
        verbs["forget"] = Forget;
        verbs["notify"] = Notify;
    }

    private void Subscribe(Command c, bool isPoll)
    {
        var watch = edge.Watches.Subscribe(new SubscribeWish
        {
            Id = c.Id, From = c.Person("from"), To = c.Person("to"), Expires = isPoll ? 0 : c.Number("expires"), Event = c.Text("package") ?? "presence",
            Accept = c.Text("accept"), RequiresBatch = c.Flag("batch"), Others = c.Texts("others"), Refreshes = c.Flag("auto", otherwise: true) && !isPoll,
            IsPoll = isPoll, Extra = c.Texts("extra"), MaxForwards = c.Number("maxForwards") ?? 67, Connection = c.Number("conn"), Target = c.Text("uri"), IsJustAdded = c.Flag("added"),
        });
        Ok(c, ("callId", watch.Dialog.CallId));
    }

    private void Resubscribe(Command c, int? expires)
    {
        var watch = TheWatch(c);
        edge.Watches.Resubscribe(watch, expires, c.Id);
        Ok(c, ("callId", watch.Dialog.CallId));
    }

    /// <summary>The client dies: no refresh any more, and with <c>"deaf":true</c> its NOTIFYs get 481.</summary>
    private void Lapse(Command c)
    {
        var watch = TheWatch(c);
        watch.RefreshTimer?.Dispose();
        if (c.Flag("deaf")) edge.Watches.Forget(watch);
        Ok(c);
    }

    private void NotifyAnswer(Command c)
    {
        var watch = TheWatch(c);
        watch.AnswerStatus = c.Number("status") ?? 200;
        watch.AnswerTimes = c.Number("times") ?? -1;
        Ok(c);
    }

    private void SetPresence(Command c)
    {
        var person = edge.Person(c.Person("user"));
        var shown = ShownState.Find(c.Need("state")) ?? throw new CommandFault("no such state; one of " + string.Join(", ", ShownState.Names));
        shown = shown with
        {
            Note = c.Text("note"), Form = c.Text("form") ?? "draft", EntityScheme = c.Text("entity") ?? "sip", DeclaresUtf16 = c.Flag("utf16"),
            Activity = c.Text("activity") ?? shown.Activity, Basic = c.Text("basic") ?? shown.Basic,
        };
        person.Shown = shown;
        Ok(c, ("watchers", edge.Watchers.Announce(person.Address)), ("shows", shown.Label), ("number", shown.Number));
    }

    /// <summary>Every row of the availability table in its order (field fact H14).</summary>
    private void Cycle(Command c)
    {
        var person = edge.Person(c.Person("user"));
        var every = c.Number("everyMs") ?? 0;
        var rows = new Queue<string>(ShownState.Names);
        Next();
        Ok(c, ("rows", ShownState.Names));

        void Next()
        {
            if (!rows.TryDequeue(out var row)) return;
            person.Shown = ShownState.Find(row)!;
            edge.Watchers.Announce(person.Address);
            edge.Events.Emit("shown", ("user", person.Address), ("state", row));
            edge.Clock.After(every, Next);
        }
    }

    private void User(Command c)
    {
        var person = edge.Person(c.Person("user"));
        person.DisplayName = c.Text("display") ?? person.DisplayName;
        if (c.Text("policy") is { } policy)
            person.Policy = Enum.TryParse<WatchPolicy>(policy, ignoreCase: true, out var p) ? p : throw new CommandFault("no such policy: " + policy);
        person.SubscribeStatus = c.Number("subscribeStatus") ?? person.SubscribeStatus;
        person.ExpiresMax = c.Number("expiresMax") ?? person.ExpiresMax;
        person.ExpiresMin = c.Number("expiresMin") ?? person.ExpiresMin;
        person.Piggybacks = c.Flag("piggyback", person.Piggybacks);
        person.ExpiresSilently = c.Flag("silentExpiry", person.ExpiresSilently);
        person.NotifiesFirst = c.Flag("notifyFirst", person.NotifiesFirst);
        Ok(c);
    }

    private void Block(Command c, bool isBlocked)
    {
        var person = edge.Person(c.Person("user"));
        if (Of(c) is { } watcher)
        {
            if (isBlocked) person.Blocked.Add(watcher);
            else person.Blocked.Remove(watcher);
        }
        else
        {
            person.Policy = isBlocked ? WatchPolicy.Block : WatchPolicy.Allow;
            if (!isBlocked) person.Blocked.Clear();
        }

        Ok(c, ("watchers", edge.Watchers.Announce(person.Address, Of(c))));
    }

    private void Policy(Command c, WatchPolicy policy)
    {
        edge.Person(c.Person("user")).Policy = policy;
        Ok(c);
    }

    /// <summary>Pending watchers become active, as when the user clicks "allow".</summary>
    private void Approve(Command c)
    {
        var person = edge.Person(c.Person("user"));
        person.Policy = WatchPolicy.Allow;
        var pending = edge.Watchers.Of(person.Address, Of(c)).Where(w => w.State == "pending").ToList();
        foreach (var watcher in pending) edge.Watchers.Activate(watcher);
        Ok(c, ("watchers", pending.Count));
    }

    private void Terminate(Command c)
    {
        var reason = c.Text("reason");
        if (reason is not null && !Reasons.Contains(reason) && !c.Flag("odd")) throw new CommandFault("reason is one of " + string.Join(", ", Reasons));
        var watchers = edge.Watchers.Of(c.Person("user"), Of(c));
        foreach (var watcher in watchers) edge.Watchers.Terminate(watcher, reason, c.Number("retryAfter"), c.Id);
        Ok(c, ("watchers", watchers.Count));
    }

    private void Forget(Command c)
    {
        var watchers = edge.Watchers.Of(c.Person("user"), Of(c));
        foreach (var watcher in watchers) edge.Watchers.Forget(watcher);
        Ok(c, ("watchers", watchers.Count));
    }

    /// <summary>A NOTIFY of one's own making to each watcher.</summary>
    private void Notify(Command c)
    {
        var watchers = edge.Watchers.Of(c.Person("user"), Of(c));
        foreach (var watcher in watchers)
            edge.Watchers.Notify(watcher, c.Text("state") ?? "active;expires=600", c.Text("body"), c.Id, c.Text("contentType"), c.Flag("benotify"));
        Ok(c, ("watchers", watchers.Count));
    }

    private Watch TheWatch(Command c)
    {
        if (c.Text("callId") is { } callId && edge.Dialogs.Find(callId) is { Usage: Watch byId }) return byId;
        return edge.Watches.Find(c.Person("from"), c.Person("to")) ?? throw new CommandFault("no such subscription");
    }

    private static string? Of(Command c) => c.Text("watcher") is null ? null : c.Person("watcher");

    private void Ok(Command command, params ReadOnlySpan<(string Key, object? Value)> fields) => edge.Events.Answer(command.Id, ok: true, fields);
}
