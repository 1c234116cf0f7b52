using System.Collections.Immutable;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>A stream another server opened to us. Stanzas take the short way: a proved domain, a served one, the door; everything else goes through the machine.</summary>
/// <remarks>How domains are proved on it is in <c>InboundConnection.Proving.cs</c>.</remarks>
internal sealed partial class InboundConnection(XmppContext context, string? certificateName) : StreamConnection(context)
{
    /// <summary>A domain proved here and the principal it stands for, good while the registry has this version.</summary>
    private sealed record ProvedDomain(string Domain, bool IsExternal, FederatedPeer Principal, string Why, long Version);

    private InboundStream _machine = new();
    private ImmutableArray<ProvedDomain> _proved = [];

    // The last domain a stanza was for, served while the registry has this version; touched by the read loop only.
    private string _served = "";
    private long _servedVersion;
    private volatile ManagedSession? _session;
    private ManagedSession? _resuming;
    private Links.PairLink? _carried;
    private bool _wasAsked;

    public override bool IsInbound => true;

    protected override bool IsTlsWithheld => _machine.Facts.Has(StreamFacts.TlsForbidden);

    // Who only asked about a key of ours had nothing to prove, and a stranger is no server that somebody waits for.
    protected override string? DoubtfulDomain => _proved.IsEmpty && !_wasAsked && _machine.From is { } from && Context.Policies.Find(from) is not null ? _machine.To : null;

    public override bool IsEstablished => !_proved.IsEmpty;

    public override StreamSnapshot Snapshot()
    {
        var machine = _machine;
        var proved = _proved;
        string domains = proved.IsEmpty ? machine.From ?? "" : string.Join(',', proved.Select(p => p.Domain));
        string how = proved.IsEmpty ? "none" : string.Join('+', proved.Select(p => p.IsExternal ? "external" : "dialback").Distinct().Order());
        string peer = proved.IsEmpty ? "" : proved[0].Principal.Peer.Name;
        return new StreamSnapshot(
            Transport?.Id ?? 0, peer, machine.To ?? "", domains, IsInbound: true, how, PhaseOf(machine.Phase.ToString()), Since, Evidence.TlsVersion, Evidence.Cipher,
            Transport?.Remote.ToString() ?? "")
        {
            Trust = [.. proved.Select(p => $"{p.Domain}: {p.Why}")], Features = FeaturesOf(machine.Facts, IsDirectTls), LastStanzaAt = LastStanzaAt,
            CertificateVersion = Transport?.CertificateVersion ?? 0,
            Pairs = proved.IsEmpty ? [] : [.. machine.Carried.Select(pair => pair.ToString())], StanzasIn = StanzasIn, StanzasOut = StanzasOut,
        };
    }

    protected override void MustEnd(XmppReason reason) => On(new InboundInput.MustEnd(reason));

    public override bool TakesStanzas => IsEstablished && _session is null;

    protected override bool HasUnfinished => _session is { HasOpen: true };

    protected override void SayLast() => _session?.Answer();

    public override void Recheck()
    {
        long version = Context.Registry.Version;
        foreach (var proved in _proved)
        {
            if (proved.Version != version && Readmit(proved) is null) return;
        }
        // Who may speak here may not be spoken to any more.
        if (Volatile.Read(ref _carried) is { } link && !IsOpenTo(link.Pair)) End(XmppReason.PolicyViolation);
    }

    /// <summary>The word of an authoritative server; from any thread.</summary>
    public void Verdict(DomainPair pair, string streamId, DialbackWord word, DialbackCondition failure) => On(new InboundInput.VerdictReceived(pair, streamId, word, failure));

    private bool Serves(string peer)
    {
        foreach (var proved in _proved)
        {
            if (proved.Principal.Peer.Name == peer) return true;
        }
        return false;
    }

    protected override void Opened()
    {
        _machine = _machine with { OwnDomain = Context.Registry.Current.AnyServed(Federation.Protocol.Xmpp) ?? "", SpareId = Context.NewId() };
        if (Evidence.IsEncrypted) On(new InboundInput.ConnectedOverTls());
    }

    protected override void HeaderReceived(StreamHeader header)
    {
        var (facts, refusal, text) = Context.Policies.JudgeHeader(Evidence, header.From);
        On(new InboundInput.HeaderReceived(header, header.To is not null && Context.IsServed(header.To), facts, Context.NewId(), refusal, text));
    }

    protected override void ElementReceived(XmlElement element, bool hasMoreBytes)
    {
        switch (element.Namespace)
        {
            case Namespaces.Server:
                StanzaReceived(element);
                return;
            case Namespaces.Tls when element.Name == "starttls":
                On(new InboundInput.StartTlsReceived(hasMoreBytes));
                return;
            case Namespaces.Sasl:
                SaslReceived(element);
                return;
            case Namespaces.Dialback:
                DialbackReceived(element);
                return;
            case Namespaces.Bidi when element.Name == "bidi":
                On(new InboundInput.BidiReceived());
                return;
            case Namespaces.StreamManagement:
                ManagementReceived(element);
                return;
            case Namespaces.Streams when element.Name == "error":
                On(new InboundInput.ErrorReceived(StreamErrors.Read(element)));
                return;
            default:
                End(ReasonOfUnknown(element));
                return;
        }
    }

    protected override void EndReceived() => On(new InboundInput.EndReceived());

    protected override void Secured() => On(new InboundInput.TlsEstablished());

    protected override void StartTls(TransportConnection transport) => transport.StartTls(new TlsServerOptions
    {
        Certificates = Context.Certificates, Client = ClientCertificate.Requested, Domain = _machine.To is { } to ? Jid.ToAsciiDomain(to) : null, CertificateName = certificateName,
    });

    protected override void Ended(XmppReason reason, string text)
    {
        Volatile.Read(ref _carried)?.Leave(this, reason, null);
        // Only a stream that broke can go on; one that was ended in order has nothing left to say (XEP-0198 §5), and one that was resumed elsewhere lives there.
        if (_session is { } session && session.TryLeave(this, IsBroken(reason) ? Math.Max(1, Context.Time.GetTimestamp()) : 0))
        {
            if (IsBroken(reason)) Context.Sessions.Lost(session);
            else Context.Sessions.End(session);
        }
        if (IsBroken(reason) || reason == XmppReason.PeerStreamError)
        {
            foreach (var proved in _proved) Context.Links.InboundLost(proved.Domain);
        }
        if (reason == XmppReason.HostUnknown && text.Length == 0) text = $"It asks for '{_machine.To}'.";
        if (IsNoteworthy(reason, text) || HasDoubtOfOurs) Context.Refusals.Add(_machine.From ?? Evidence.Remote, XmppFailures.NameOf(reason), $"{text} ({Evidence.Remote})".Trim());
    }

    protected override void Perform(StreamOutput output)
    {
        switch (output)
        {
            case StreamOutput.Proved proved:
                Admit(proved.Domain, proved.IsExternal);
                break;
            case StreamOutput.BidiReady ready when Find(ready.Pair.To) is { } proved && IsOpenTo(ready.Pair):
                Interlocked.Exchange(ref _carried, Context.Links.Carry(ready.Pair, proved.Principal.Peer, this));
                // It may have ended before it was known here whom that concerns.
                if (IsOver) _carried?.Leave(this, XmppReason.ConnectionLost, null);
                break;
            case StreamOutput.BeginCounting begin:
                _session = Context.Sessions.Begin(begin.Id, _machine.SaslDomain ?? "", _machine.To ?? "");
                _session.Carry(this, handled: 0);
                LeaveIfOver(_session);
                break;
            case StreamOutput.GoOnCounting goOn:
                _session = _resuming;
                _session?.Carry(this, goOn.Handled)?.End(XmppReason.Replaced);
                LeaveIfOver(_session);
                break;
            case StreamOutput.AskAuthoritative ask:
                Context.Asker.Ask(ask.Pair, ask.Key, ask.StreamId, this);
                break;
        }
    }

    // The stream may have ended before it was known here that it has a session, which then waits for its peer like any other.
    private void LeaveIfOver(ManagedSession? session)
    {
        if (IsOver && session is not null && session.TryLeave(this, Math.Max(1, Context.Time.GetTimestamp()))) Context.Sessions.Lost(session);
    }

    private void StanzaReceived(XmlElement element)
    {
        if (!Stanza.TryRead(element, out var stanza, out var reason, _machine.Lang))
        {
            Malformed(element, reason);
            return;
        }
        var proved = stanza.From is null ? null : Find(stanza.From.Domain);
        if (proved is null || stanza.To is null)
        {
            Refuse(stanza);
            return;
        }
        // Read before anything is judged: what is published meanwhile makes the next stanza ask again.
        long version = Context.Registry.Version;
        if (proved.Version != version) proved = Readmit(proved);
        if (proved is null) return;
        if (!IsServed(stanza.To.Domain, version))
        {
            End(XmppReason.HostUnknown);
            return;
        }
        StanzaTicket ticket = default;
        if (_session is { } session && !session.TryTake(this, out ticket)) return;
        Context.Metrics.StanzaReceived();
        CountIn();
        Context.Door.Enter(proved.Principal, stanza, ticket);
    }

    /// <summary>Tells the peer, asked or not, how many of its stanzas are handled; from any thread, within a batch.</summary>
    public void Acknowledge(uint handled) => Send((ref XmppWriter writer) => Management.WriteAnswer(ref writer, handled));

    private void ManagementReceived(XmlElement element)
    {
        switch (element.Name)
        {
            case "r":
                if (_session is { } session) session.Answer();
                else End(XmppReason.UnsupportedStanzaType);
                break;
            case "a":
                // We send no stanzas here, so none can be acknowledged but none.
                if (_session is null || Management.ReadHandled(element) != 0) End(_session is null ? XmppReason.UnsupportedStanzaType : XmppReason.HandledTooMany);
                break;
            case "enable":
                On(new InboundInput.EnableReceived(Context.NewId(), Context.Options.ResumeSecondsMax, HasRoomForSession()));
                break;
            case "resume":
                string id = element.Attribute("previd") ?? "";
                _resuming = Context.Sessions.Find(id, _machine.SaslDomain ?? "", _machine.To ?? "");
                On(new InboundInput.ResumeReceived(id, _resuming is not null, _resuming?.Handled));
                break;
            default:
                End(XmppReason.UnsupportedStanzaType);
                break;
        }
    }

    // Whoever may not have one takes nobody else's place.
    private bool HasRoomForSession() => StreamFeature.IsOffered(StreamOffers.Management, _machine.Facts) && Context.Sessions.TryMakeRoom();

    private bool IsServed(string domain, long version)
    {
        if (version == _servedVersion && domain == _served) return true;
        if (!Context.IsServed(domain)) return false;
        (_served, _servedVersion) = (domain, version);
        return true;
    }

    private ProvedDomain? Find(string domain)
    {
        foreach (var proved in _proved)
        {
            if (proved.Domain == domain) return proved;
        }
        return null;
    }

    private void Refuse(Stanza stanza)
    {
        var reason = _machine.JudgeStanza(stanza.From, stanza.To, stanza.To is not null && Context.IsServed(stanza.To.Domain));
        End(reason == XmppReason.None ? XmppReason.InvalidFrom : reason);
    }

    // An address that is none: the sender is told if it is known who that is.
    private void Malformed(XmlElement element, XmppReason reason)
    {
        bool isKnown = Jid.TryParse(element.Attribute("from"), out var from) && Find(from.Domain) is not null;
        if (reason != XmppReason.JidMalformed || !isKnown)
        {
            End(!_machine.IsProved && reason == XmppReason.JidMalformed ? XmppReason.NotAuthorized : reason);
            return;
        }
        StanzaTicket ticket = default;
        if (_session is { } session && !session.TryTake(this, out ticket)) return;
        Context.Door.AnswerMalformed(Find(from!.Domain)!.Principal, element, from, _machine.To, ticket);
    }

    private void On(InboundInput input) => Step(() =>
    {
        var step = InboundStream.On(_machine, input);
        _machine = step.Next;
        return step.Outputs;
    });

    private static bool IsBroken(XmppReason reason) => reason is XmppReason.ConnectionLost or XmppReason.ConnectionTimeout or XmppReason.PeerSilent;
}
