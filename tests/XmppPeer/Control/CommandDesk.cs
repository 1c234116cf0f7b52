using System.Globalization;
using System.Net;
using System.Security;
using System.Security.Cryptography;
using XmppPeer.Attacks;
using XmppPeer.Trust;
using XmppPeer.Wire;

namespace XmppPeer.Control;

/// <summary>Finds the verb of a command and answers it: <c>{"id":1,"ok":true}</c>, or with the fault. What follows comes as events.</summary>
public sealed class CommandDesk
{
    private readonly Server _server;
    private readonly Dictionary<string, Action<Command>> _verbs;

    public CommandDesk(Server server)
    {
        _server = server;
        _verbs = new Dictionary<string, Action<Command>>(StringComparer.Ordinal)
        {
            ["domain"] = Domain,
            ["route"] = c => _server.Route(c.Need("domain"), IPEndPoint.Parse(c.Need("to"))),
            ["open"] = c => Later(c, () => _server.StreamFor(c.Need("from"), c.Need("to")).ReadyAsync()),
            ["send"] = c => Later(c, () => SendAsync(c.Need("from"), c.Need("to"), MessageOf(c))),
            ["stanza"] = c => Later(c, () => SendAsync(c.Need("from"), c.Need("to"), c.Need("xml"))),
            ["close"] = c => Later(c, () => _server.StreamFor(c.Need("from"), c.Need("to")).CloseAsync()),
            ["abort"] = c => _server.Abort(c.Has("stream") ? (int)c.Number("stream", 0) : null),
            ["deaf"] = c => Deaf(c.Flag("on", true)),
            ["attack"] = c => Later(c, () => Attack.RunAsync(_server, c.Need("name"), c.Need("from"), c.Need("to"), c.Text("victim") ?? "")),
            ["attacks"] = _ => { },
            ["quit"] = _ => IsDone = true,
        };
    }

    public bool IsDone { get; private set; }

    public void Run(string line)
    {
        if (Command.Read(line) is not { } command)
        {
            _server.Events.Answer(null, ok: false, ("fault", "a command is one JSON object"));
            return;
        }

        try
        {
            if (!_verbs.TryGetValue(command.Verb, out var verb)) throw new CommandFault("no such verb: " + command.Verb);
            verb(command);
            if (command.Verb == "attacks") _server.Events.Answer(command.Id, ok: true, ("attacks", string.Join(' ', Attack.Names)));
            else _server.Events.Answer(command.Id, ok: true);
        }
        catch (Exception e) when (e is CommandFault or FormatException or IOException or InvalidOperationException or CryptographicException)
        {
            _server.Events.Answer(command.Id, ok: false, ("fault", e.Message));
        }
    }

    private void Domain(Command c)
    {
        var name = c.Need("name");
        var isOpenfire = c.Text("like") == "openfire";
        var known = _server.Find(name) ?? (isOpenfire
            ? new Persona(name) { IsOpenfire = true, Tls = TlsWish.Optional, UsesDialback = true, IdleSeconds = 1_800 }
            : new Persona(name));
        _server.Put(known with
        {
            Certificate = c.Text("cert") is { } file ? Identity.Load(file, c.Text("key") ?? file) : known.Certificate,
            Tls = c.Text("tls") is { } tls ? Enum.Parse<TlsWish>(tls, ignoreCase: true) : known.Tls,
            UsesExternal = c.Flag("external", known.UsesExternal),
            UsesDialback = c.Flag("dialback", known.UsesDialback),
            Verifies = c.Flag("verify", known.Verifies),
            DialsDirectly = c.Flag("direct", known.DialsDirectly),
            IdleSeconds = c.Number("idleSeconds", known.IdleSeconds),
            MoreFeatures = c.Text("moreFeatures") ?? known.MoreFeatures,
            IsMuteToQuestions = c.Flag("mute", known.IsMuteToQuestions),
        });
    }

    private void Deaf(bool isOn)
    {
        if (isOn) _server.StopListening();
        else _server.ListenAgain();
    }

    // What goes wrong later is told as an event; it never ends the peer.
    private async void Later(Command command, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            _server.Events.Emit("fault", ("verb", command.Verb), ("why", e.GetType().Name + ": " + e.Message));
        }
    }

    private Task SendAsync(string from, string to, string xml) => _server.StreamFor(Names.DomainOf(from), Names.DomainOf(to)).SendAsync(xml);

    private static string MessageOf(Command c) => string.Create(CultureInfo.InvariantCulture,
        $"<message type='chat' id='{c.Text("stanza") ?? "m1"}' from='{c.Need("from")}' to='{c.Need("to")}'><body>{SecurityElement.Escape(c.Need("body"))}</body></message>");
}
