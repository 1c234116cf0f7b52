using Gateway.Xmpp.Protocol.Dialback;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>What a stream machine wants done, in this order. Closed family for both directions.</summary>
public abstract record StreamOutput
{
    private StreamOutput()
    {
    }

    /// <summary>Write a header.</summary>
    public sealed record SendHeader(StreamHeader Header) : StreamOutput;

    /// <summary>Write features.</summary>
    public sealed record SendFeatures(StreamOffers Offers) : StreamOutput;

    /// <summary>Write <c>&lt;starttls/&gt;</c>.</summary>
    public sealed record SendStartTls : StreamOutput;

    /// <summary>Write <c>&lt;proceed/&gt;</c>.</summary>
    public sealed record SendProceed : StreamOutput;

    /// <summary>Write the TLS failure.</summary>
    public sealed record SendTlsFailure : StreamOutput;

    /// <summary>Begin the handshake, after what was written has left.</summary>
    public sealed record BeginTls : StreamOutput;

    /// <summary>Write SASL auth for this domain.</summary>
    public sealed record SendAuth(string Domain) : StreamOutput;

    /// <summary>Write a SASL response for this domain.</summary>
    public sealed record SendResponse(string Domain) : StreamOutput;

    /// <summary>Write an empty SASL challenge.</summary>
    public sealed record SendChallenge : StreamOutput;

    /// <summary>Write SASL success.</summary>
    public sealed record SendSuccess : StreamOutput;

    /// <summary>Write SASL failure.</summary>
    public sealed record SendSaslFailure(SaslCondition Condition) : StreamOutput;

    /// <summary>Ask for stanzas in both directions (XEP-0288).</summary>
    public sealed record SendBidi : StreamOutput;

    /// <summary>Stanzas of ours may go on this inbound stream too, to the domain that was proved on it.</summary>
    public sealed record BidiReady(DomainPair Pair) : StreamOutput;

    /// <summary>One more pair may use this outbound stream.</summary>
    public sealed record PairOpened(DomainPair Pair) : StreamOutput;

    /// <summary>The pair may not use it; the others may.</summary>
    public sealed record PairRefused(DomainPair Pair) : StreamOutput;

    /// <summary>Ask for stream management with resumption (XEP-0198).</summary>
    public sealed record SendEnable : StreamOutput;

    /// <summary>Ask to go on with an earlier stream. We are sent no stanzas on streams we open, so we have handled none.</summary>
    public sealed record SendResume(string Id) : StreamOutput;

    /// <summary>Agree to stream management under this name, to be resumed for that long.</summary>
    public sealed record SendEnabled(string Id, int SecondsMax) : StreamOutput;

    /// <summary>Agree to go on with an earlier stream.</summary>
    public sealed record SendResumed(string Id, uint Handled) : StreamOutput;

    /// <summary>Refuse stream management.</summary>
    public sealed record SendManagementFailed(bool IsUnknown, uint? Handled) : StreamOutput;

    /// <summary>From now on received stanzas are counted, under this name, from this number of them.</summary>
    public sealed record BeginCounting(string Id) : StreamOutput;

    /// <summary>The counting of an earlier stream goes on here, from the number that the peer is told.</summary>
    public sealed record GoOnCounting(uint Handled) : StreamOutput;

    /// <summary>The peer counts what we send; by this name the stream can be resumed, if it has one.</summary>
    public sealed record ManagementEnabled(string? Id) : StreamOutput;

    /// <summary>The peer does not count what we send.</summary>
    public sealed record ManagementOff : StreamOutput;

    /// <summary>The earlier stream goes on; the rest of what was sent must be sent again.</summary>
    public sealed record StreamResumed(uint Handled) : StreamOutput;

    /// <summary>The earlier stream is gone; what is known to be handled is told where it is.</summary>
    public sealed record ResumptionFailed(uint? Handled) : StreamOutput;

    /// <summary>Let the framer begin anew.</summary>
    public sealed record Restart : StreamOutput;

    /// <summary>Write a dialback element.</summary>
    public sealed record SendDialback(DialbackMessage Message) : StreamOutput;

    /// <summary>Make our key for the pair on this stream id and write it: dialback step 1.</summary>
    public sealed record SendKey(DomainPair Pair, string StreamId) : StreamOutput;

    /// <summary>Ask the authoritative server of the pair's sender, on another connection: dialback step 2.</summary>
    public sealed record AskAuthoritative(DomainPair Pair, string Key, string StreamId) : StreamOutput;

    /// <summary>A sender domain is proved on this inbound stream; <paramref name="IsExternal"/> by certificate, else by dialback.</summary>
    public sealed record Proved(string Domain, bool IsExternal) : StreamOutput;

    /// <summary>An outbound stream takes stanzas from now on.</summary>
    public sealed record Opened(bool IsExternal) : StreamOutput;

    /// <summary>An outbound stream takes dialback questions from now on.</summary>
    public sealed record ReadyToAsk : StreamOutput;

    /// <summary>Write the stream error of the reason, if it has one, and the end; then close.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Text">What the peer is told, and the operator where there is no more to say.</param>
    public sealed record Close(XmppReason Reason, string? Text) : StreamOutput
    {
        /// <summary>What the operator alone is told in its place.</summary>
        public string? Detail { get; init; }
    }
}

/// <summary>The next state and what to do.</summary>
public readonly record struct StreamStep<TState>(TState Next, IReadOnlyList<StreamOutput> Outputs);
