using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>Who opened an outbound stream and wants to know what becomes of it. Called without any gate held.</summary>
internal interface IOutboundOwner
{
    /// <summary>Stanzas, or questions, may go.</summary>
    void OnReady(OutboundConnection stream);

    /// <summary>It is over, once.</summary>
    void OnEnded(OutboundConnection stream, XmppReason reason, string text);
}

/// <summary>A stream we open: for the stanzas of one pair, or to ask an authoritative server.</summary>
/// <remarks>The questions are in <c>OutboundConnection.Questions.cs</c>.</remarks>
internal sealed partial class OutboundConnection : StreamConnection
{
    /// <summary>What the owner has heard.</summary>
    private enum Told
    {
        Nothing,
        Telling,
        Ready,
        Ended,
    }

    private readonly IOutboundOwner _owner;
    private OutboundStream _machine;
    private string _provedBy = "none";
    private long _admittedVersion;
    private readonly SentStanzas _sent;
    private string _why = "";
    private ReverseDoor? _reverse;
    private readonly Dictionary<DomainPair, PairLink> _carried = [];
    private int _told;
    private (XmppReason Reason, string Text) _end;

    public OutboundConnection(XmppContext context, DomainPair pair, OutboundPurpose purpose, PeerModel peer, IOutboundOwner owner)
        : base(context)
    {
        (_owner, Peer) = (owner, peer);
        _machine = new OutboundStream(pair, purpose) { Facts = PeerPolicies.FactsOf(peer) };
        _sent = new SentStanzas(this, peer, context);
        NegotiationSecondsMax = context.Options.NegotiationSecondsMax;
    }

    public PeerModel Peer { get; }

    /// <summary>Where it was dialled.</summary>
    public required ConnectTarget Target { get; init; }

    /// <summary>TLSA records of the place, proved by DNSSEC; null where there are none or policy takes none.</summary>
    public DaneRecords? Dane
    {
        get;
        init
        {
            field = value;

            // Records that may prove it promise TLS: what the peer's record allows in clear is not allowed here (RFC 7673 §3.4).
            if (value is { IsUsable: true }) _machine = _machine with { Facts = _machine.Facts & ~StreamFacts.ChannelAccepted };
        }
    }

    /// <summary>What goes on this stream is kept until the peer says that it has it.</summary>
    public bool HoldsStanzas => _sent.IsOn;

    /// <summary>What an earlier stream of the pair left, to be resumed here.</summary>
    public Resumption? Resumption
    {
        init
        {
            _sent.Earlier = value;
            _machine = _machine with { ResumeId = value?.Id };
        }
    }

    /// <summary>True when this stream goes on with an earlier one: nothing was lost between them.</summary>
    public bool HasResumed { get; private set; }

    /// <summary>The stream error by which the peer ended it, or null.</summary>
    public StreamError? PeerError { get; private set; }

    /// <summary>True when the peer refused our certificate and may still take dialback, on a new connection.</summary>
    public bool IsWorthDialback => _machine.IsWorthDialback;

    /// <summary>How we do TLS with the peer.</summary>
    public TlsClientOptions TlsOptions => new()
    {
        Certificates = Context.Certificates, ServerName = Jid.ToAsciiDomain(Pair.To), OwnDomain = Jid.ToAsciiDomain(Pair.From),
    };

    public DomainPair Pair => _machine.Pair;

    /// <summary>The language of stanzas that tell none, by the other side's header.</summary>
    public string? Lang => _machine.Lang;

    public override bool IsInbound => false;

    protected override (XmppReason Reason, string Text)? Decided => _machine.Refusal is { } refusal ? (XmppReason.CertificateRefused, refusal.Text ?? "") : null;

    protected override string? DoubtfulDomain => _provedBy == "none" && _machine.Purpose == OutboundPurpose.Stanzas ? Pair.From : null;

    public override bool IsEstablished => _machine.Phase == OutboundPhase.Open;

    public override StreamSnapshot Snapshot() => new(
        Transport?.Id ?? 0, Peer.Name, Pair.From, Pair.To, IsInbound: false, _provedBy, PhaseOf(_machine.Phase.ToString()), Since, Evidence.TlsVersion, Evidence.Cipher,
        Transport?.Remote.ToString() ?? "")
    {
        Trust = _why.Length > 0 ? [$"{Pair.To}: {_why}"] : IsEstablished && !Evidence.IsEncrypted ? [$"{Pair.To}: dialback in clear"] : [],
        Pairs = [Pair.ToString(), .. _machine.Further.Where(pair => pair.Value).Select(pair => pair.Key.ToString())],
        Features = FeaturesOf(_machine.Facts, IsDirectTls), LastStanzaAt = LastStanzaAt, StanzasIn = StanzasIn, StanzasOut = StanzasOut,
        CertificateVersion = Transport?.CertificateVersion ?? 0,
        Unacknowledged = _sent.Count,
    };

    protected override void MustEnd(XmppReason reason) => On(new OutboundInput.MustEnd(reason));

    public override bool TakesStanzas => _provedBy != "none" && _machine.Facts.Has(StreamFacts.Bidi);

    protected override bool HasUnfinished
    {
        get
        {
            lock (Gate) return _sent.Count > 0 || _asked.Count > 0;
        }
    }

    public override void Recheck()
    {
        if (!IsEstablished || _admittedVersion == Context.Registry.Version) return;
        _admittedVersion = Context.Registry.Version;
        // Those that share it were not judged by themselves, so that what is decided for one ends it for all: the others find another.
        IReadOnlyCollection<DomainPair> all = [Pair, .. _machine.Further.Keys];
        if (Context.Policies.Renew(Peer, Pair.To) is not { } peer || all.Any(pair => Context.Policies.Renew(Peer, pair.To) is null)) End(XmppReason.PeerRemoved);
        else if (!all.All(IsOpenTo)) End(XmppReason.PolicyViolation);
        else if (!IsStillTrusted(peer)) End(XmppReason.TrustWithdrawn);
    }

    /// <summary>Facts from an earlier connection of the same effort; before it is dialled.</summary>
    public void Know(StreamFacts facts) => _machine = _machine with { Facts = _machine.Facts | facts };

    /// <summary>True when one more pair may share this stream.</summary>
    public bool MayCarry(DomainPair pair, bool isOneSystem, int pairsMax)
    {
        // Its own pair is one of them.
        if (IsLeaving || !IsOpenTo(pair)) return false;
        lock (Gate) return _carried.Count + 1 < pairsMax && _machine.MayCarry(pair, isOneSystem);
    }

    /// <summary>Asks whether a pair may share this stream; the link hears the answer. Called under the link's gate; answers never come from within.</summary>
    public bool TryCarry(PairLink link)
    {
        lock (Gate)
        {
            if (IsOver || !_carried.TryAdd(link.Pair, link)) return false;
        }
        On(new OutboundInput.PairWanted(link.Pair));
        return true;
    }

    /// <summary>What this stream leaves behind when it ended and its stanzas may go on, or be sent again, elsewhere; once.</summary>
    public Resumption? TakeResumption() => _sent.Take();

    public override SendVerdict TrySendStanza(ReadOnlySpan<byte> bytes, in StanzaTerms terms)
    {
        if (!_sent.IsOn) return base.TrySendStanza(bytes, terms);
        var verdict = _sent.TrySend(bytes, terms);
        if (verdict == SendVerdict.Sent) CountOut();
        return verdict;
    }

    /// <summary>Called about once a second: false when the peer left a request for its count unanswered for too long.</summary>
    public bool TrySweep(long now) => _sent.TrySweep(now);

    /// <summary>Stanzas of which the peer has not said that it has them, and whose senders wait for that.</summary>
    public int Owed => _sent.Owed;

    public override void Ping(DomainPair pair)
    {
        if (_sent.IsOn) _sent.Request();
        else base.Ping(pair);
    }

    protected override void Opened()
    {
        // Read before anything is judged: what is published until the stream stands makes it be judged anew.
        _admittedVersion = Context.Registry.Version;
        // Judged before a byte is said: the tables may have been changed, or the name may lead to an address that is denied (PS-125).
        if (!IsOpenTo(Pair))
        {
            End(XmppReason.PolicyViolation);
            return;
        }
        if (Evidence.IsEncrypted) On(new OutboundInput.ConnectedOverTls(JudgeTarget()));
        else On(new OutboundInput.Connected());
    }

    protected override void HeaderReceived(StreamHeader header) => On(new OutboundInput.HeaderReceived(header));

    protected override void EndReceived() => On(new OutboundInput.EndReceived());

    protected override void Secured() => On(new OutboundInput.TlsEstablished(JudgeTarget()));

    protected override void StartTls(TransportConnection transport) => transport.StartTls(TlsOptions);

    protected override void ElementReceived(XmlElement element, bool hasMoreBytes)
    {
        switch (element.Namespace, element.Name)
        {
            case (Namespaces.Streams, "features"):
                On(new OutboundInput.FeaturesReceived(StreamFeatures.Read(element)));
                break;
            case (Namespaces.Streams, "error"):
                PeerError = StreamErrors.Read(element);
                On(new OutboundInput.ErrorReceived(PeerError));
                break;
            case (Namespaces.Tls, "proceed"):
                On(new OutboundInput.ProceedReceived(hasMoreBytes));
                break;
            case (Namespaces.Tls, _):
                On(new OutboundInput.TlsRefused());
                break;
            case (Namespaces.Sasl, "success"):
                On(new OutboundInput.SaslSucceeded());
                break;
            case (Namespaces.Sasl, "challenge"):
                On(new OutboundInput.ChallengeReceived());
                break;
            case (Namespaces.Sasl, _):
                On(new OutboundInput.SaslFailed(ConditionOf(element)));
                break;
            case (Namespaces.Dialback, _):
                DialbackReceived(element);
                break;
            case (Namespaces.StreamManagement, _):
                ManagementReceived(element);
                break;
            case (Namespaces.Server, _) when TakesStanzas:
                var refusal = (_reverse ??= new ReverseDoor(this, Context)).Take(element, Evidence);
                if (refusal != XmppReason.None) End(refusal);
                break;
            case (Namespaces.Server, _):
                // Streams are one-way: what a peer says here has proved nothing (RFC 6120 §4.5 without XEP-0288).
                Context.Metrics.StanzaRefused("wrong-direction");
                break;
            default:
                End(ReasonOfUnknown(element));
                break;
        }
    }

    private void ManagementReceived(XmlElement element)
    {
        switch (element.Name)
        {
            case "a":
                if (Management.ReadHandled(element) is not { } handled || !_sent.TryAcknowledge(handled)) End(XmppReason.HandledTooMany);
                break;
            case "r":
                // Nothing is sent to us here, so nothing was handled.
                Send((ref XmppWriter writer) => Management.WriteAnswer(ref writer, 0));
                break;
            case "enabled":
                bool mayResume = element.Attribute("resume") is "true" or "1";
                On(new OutboundInput.ManagementEnabled(mayResume ? element.Attribute("id") : null));
                break;
            case "resumed":
                On(new OutboundInput.Resumed(Management.ReadHandled(element) ?? 0));
                break;
            case "failed":
                On(new OutboundInput.ManagementFailed(Management.ReadHandled(element)));
                break;
            default:
                End(XmppReason.UnsupportedStanzaType);
                break;
        }
    }

    protected override void Perform(StreamOutput output)
    {
        switch (output)
        {
            case StreamOutput.ManagementEnabled enabled:
                _sent.Name(enabled.Id);
                return;
            case StreamOutput.PairOpened further:
                Carried(further.Pair)?.Share(this);
                return;
            case StreamOutput.PairRefused refused:
                var link = Carried(refused.Pair);
                lock (Gate) _carried.Remove(refused.Pair);
                link?.CarryRefused();
                return;
            case StreamOutput.ManagementOff:
                _sent.Off();
                return;
            case StreamOutput.StreamResumed resumed:
                HasResumed = _sent.Resume(resumed.Handled);
                if (!HasResumed) End(XmppReason.HandledTooMany);
                return;
            case StreamOutput.ResumptionFailed failed:
                _sent.Forget(failed.Handled);
                return;
        }
        if (output is StreamOutput.Opened && _machine.Facts.Has(StreamFacts.Managed) && !HasResumed) _sent.On();
        if (output is StreamOutput.Opened opened) _provedBy = opened.IsExternal ? "external" : "dialback";
        if (output is not (StreamOutput.Opened or StreamOutput.ReadyToAsk)) return;
        // Tables may have changed while we negotiated under the old ones.
        Recheck();
        if (IsOver) return;
        Prove();
        Context.Metrics.StreamOpened();
        Context.Observer.OnStreamOpened(Snapshot());
        TellReady();
    }

    // The owner hears that it is ready and then that it ended, or only that it ended, whoever ends it meanwhile: never the two in disorder or at the same time.
    private void TellReady()
    {
        if (Interlocked.CompareExchange(ref _told, (int)Told.Telling, (int)Told.Nothing) != (int)Told.Nothing) return;
        _owner.OnReady(this);
        if (Interlocked.CompareExchange(ref _told, (int)Told.Ready, (int)Told.Telling) != (int)Told.Telling) _owner.OnEnded(this, _end.Reason, _end.Text);
    }

    private void TellEnded(XmppReason reason, string text)
    {
        _end = (reason, text);
        if (Interlocked.Exchange(ref _told, (int)Told.Ended) != (int)Told.Telling) _owner.OnEnded(this, reason, text);
    }

    protected override void Ended(XmppReason reason, string text)
    {
        List<PairLink> carried;
        lock (Gate)
        {
            carried = [.. _carried.Values];
            _carried.Clear();
        }
        foreach (var link in carried)
        {
            if (!link.Leave(this, reason, null)) link.CarryRefused();
        }
        AnswerAll(reason == XmppReason.PeerNotServing ? DialbackCondition.RemoteServerNotFound : DialbackCondition.RemoteServerTimeout);

        // One that never stood is its owner's to tell, who may have tried others.
        if (_provedBy != "none" && IsNoteworthy(reason, text)) Context.Refusals.Add(Peer.Name, XmppFailures.NameOf(reason), $"{Pair}: {text}");
        TellEnded(reason, text);
    }

    // The condition, and why in the server's words where it has some: "not-authorized: Certificate host name mismatch".
    private static string ConditionOf(XmlElement failure) =>
        (failure.FirstChild?.Name ?? "failure") + (failure.Child("text") is { Text.Length: > 0 } words ? ": " + words.Text : "");

    private PairLink? Carried(DomainPair pair)
    {
        lock (Gate) return _carried.GetValueOrDefault(pair);
    }

    // The filters by address, which can be asked of a connection only.
    private bool IsOpenTo(DomainPair pair) => Context.Registry.JudgeTarget(Evidence, Federation.Protocol.Xmpp, pair.From, pair.To) == Federation.FederationReason.None;

    private TargetProof JudgeTarget()
    {
        var proof = Context.Policies.JudgeTarget(Evidence, Peer, Pair.To, Dane);
        _why = proof.Text ?? "";
        return proof;
    }

    private bool IsStillTrusted(PeerModel peer)
    {
        var facts = PeerPolicies.FactsOf(peer);
        if (!Evidence.IsEncrypted) return peer.AllowsPlaintext && facts.Has(StreamFacts.DialbackAllowed);
        var target = JudgeTarget();
        return !facts.Has(StreamFacts.TlsForbidden) && (target.IsProved || target.MayDialback);
    }

    private void On(OutboundInput input) => Step(() =>
    {
        var step = OutboundStream.On(_machine, input);
        _machine = step.Next;
        return step.Outputs;
    });
}
