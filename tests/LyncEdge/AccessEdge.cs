using System.Net;
using System.Threading.Channels;
using LyncEdge.Control;
using LyncEdge.Dialogs;
using LyncEdge.Links;
using LyncEdge.Presence;
using LyncEdge.Profiles;
using LyncEdge.Talk;
using LyncEdge.Wire;

namespace LyncEdge;

/// <summary>
/// A Lync-like access edge with its users behind it (field facts, section H). One mailbox: connections, commands and deadlines post
/// into it, so nothing below needs a lock.
/// </summary>
public sealed class AccessEdge : ILinkOwner, IDisposable
{
    private readonly Channel<Action> _mailbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, Person> _people = new(StringComparer.Ordinal);
    private readonly Reception _reception;
    private readonly CommandDesk _commands;

    public AccessEdge(EdgeOptions options, Action<string> write, TimeProvider time)
    {
        Options = options;
        Events = new EventLog(write, time);
        Seed = options.Seed ?? Environment.TickCount;
        var profile = Profile.Find(options.Profile) ?? throw new ArgumentException("no such profile: " + options.Profile, nameof(options));
        Scribe = new Scribe(options, profile, new Random(Seed));
        Clock = new Clock(time, Post);
        Links = new LinkPool(options, this);
        Transactions = new ClientTransactions(this);
        Inspector = new Inspector(this);
        Watches = new WatchDesk(this);
        Watchers = new WatcherDesk(this);
        Talks = new TalkDesk(this);
        StaticRoute = new StaticRoute(this);
        _reception = new Reception(this);
        _commands = new CommandDesk(this);
        if (profile.IsHostile) Links.Habit = new WriteHabit { IsRandom = true };
        // A partner that was discovered is rate limited from the first message on (field fact A4).
        if (options.PartnerClass == "AutoFederation") Throttle.Mode = "503";
    }

    public EdgeOptions Options { get; }

    public EventLog Events { get; }

    public Scribe Scribe { get; }

    public Clock Clock { get; }

    public LinkPool Links { get; }

    public ClientTransactions Transactions { get; }

    public Inspector Inspector { get; }

    public DialogTable Dialogs { get; } = new();

    /// <summary>Subscriptions of our users toward the gateway.</summary>
    public WatchDesk Watches { get; }

    /// <summary>Subscriptions of the gateway's users toward ours.</summary>
    public WatcherDesk Watchers { get; }

    public TalkDesk Talks { get; }

    public Throttle Throttle { get; } = new();

    /// <summary>none, private, public or both: what failures say beside their status (field fact H23).</summary>
    public string Diagnostics { get; set; } = "none";

    /// <summary>Own connections on which nothing was said for so long are closed; 0 keeps them (field fact H2).</summary>
    public int IdleSeconds { get; set; }

    /// <summary>Front end: a user of ours whom nobody knows is tried over the static route, back to the gateway (field fact A5).</summary>
    public bool Loops { get; set; }

    public StaticRoute StaticRoute { get; }

    public int Seed { get; }

    public IEnumerable<Person> People => _people.Values;

    public Person Person(string address)
    {
        if (_people.TryGetValue(address, out var person)) return person;
        return _people[address] = new Person(address, Scribe.Hex(10), "user:epid:" + Scribe.Base64(15) + "AAA");
    }

    public bool IsOurs(string address) => address.Split('@') is [_, var domain] && Options.Domains.Contains(domain);

    public void Post(Action action) => _mailbox.Writer.TryWrite(action);

    public void Command(string line) => Post(() => _commands.Run(line));

    public void Quit() => _mailbox.Writer.TryComplete();

    public IPEndPoint Start()
    {
        var local = Links.Listen();
        Scribe.ListensAt(local);
        Events.Emit("ready", ("listen", local.ToString()), ("profile", Scribe.Profile.Name), ("fqdn", Options.Fqdn), ("seed", Seed));
        return local;
    }

    public async Task RunAsync()
    {
        await foreach (var action in _mailbox.Reader.ReadAllAsync())
        {
            try
            {
                action();
            }
#pragma warning disable CA1031 // A fault of the emulator must show up in the test that met it, and must not hide what follows.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Events.Emit("fault", ("text", e.GetType().Name + ": " + e.Message), ("where", e.StackTrace));
            }
        }

        Links.Dispose();
        Events.Emit("bye", ("violations", Events.Violations.Count));
    }

    /// <summary>The one place where a message leaves; it is recorded as it is handed over.</summary>
    public void Put(Link link, SipMessage message, byte[] bytes)
    {
        link.Send(bytes);
        Touch(link);
        Record("sent", link, message);
    }

    public void OnOpen(Link link, string protocol, string subject) =>
        Events.Emit("connected", ("conn", link.Number), ("inbound", link.IsInbound), ("protocol", protocol), ("peer", subject));

    public void OnMessage(Link link, SipMessage message)
    {
        Touch(link);
        Record("received", link, message);
        // What the edge would add for its own inside; outward it never goes (field fact A8).
        if (Options.Traces && !Scribe.Profile.IsFrontEnd) Events.Emit("internal-hop", ("line", Scribe.TrustLine()));
        if (message.IsRequest) _reception.On(link, message);
        else Transactions.On(link, message);
    }

    public void OnKeepAlive(Link link) => Events.Emit("keep-alive", ("conn", link.Number));

    public void OnUnreadable(Link link, string fault) => Events.Violation("RFC3261", "unreadable", fault + " on connection " + link.Number);

    public void OnListenerClosed(string reason) => Events.Emit("listener-closed", ("reason", reason));

    public void OnEnd(Link link, bool wasOpen, string reason, string? refusal)
    {
        Links.Remove(link);
        if (refusal is not null) Events.Emit("tls-refused", ("conn", link.Number), ("inbound", link.IsInbound), ("diagnostic", 1010), ("reason", refusal));
        Events.Emit(wasOpen ? "disconnected" : "connect-failed", ("conn", link.Number), ("inbound", link.IsInbound), ("reason", reason));
        Transactions.OnLinkEnd(link);
    }

    public void Dispose()
    {
        Quit();
        Links.Dispose();
    }

    private void Touch(Link link)
    {
        if (IdleSeconds == 0 || link.IsInbound) return;
        link.IdleTimer?.Dispose();
        link.IdleTimer = Clock.After(IdleSeconds * 1000, () => link.Drop(abort: false, "idle"));
    }

    private void Record(string direction, Link link, SipMessage message)
    {
        if (Options.IsQuiet) return;
        Events.Emit(direction, ("kind", message.IsRequest ? "request" : "response"), ("method", message.IsRequest ? message.Method : message.CSeqMethod),
            ("status", message.IsRequest ? null : message.Status), ("cseq", message.CSeq), ("callId", message.CallId), ("from", message.From.Person),
            ("to", message.To.Person), ("conn", link.Number), ("text", Options.Traces ? message.Head + "\r\n\r\n" + message.BodyText : null));
    }
}
