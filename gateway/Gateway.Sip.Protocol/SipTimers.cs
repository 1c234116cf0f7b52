namespace Gateway.Sip.Protocol;

/// <summary>
/// The timers of RFC 3261 table 4, RFC 6026 and RFC 6665 for reliable transports, as one value handed to the machines.
/// Retransmission timers (A, E, G) do not exist here, and D, I, J, K are zero over TCP and TLS.
/// </summary>
public sealed record SipTimers
{
    public static readonly SipTimers Default = new();

    /// <summary>Round-trip estimate; the others are 64 times this.</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause between two retransmissions of a 2xx or, over datagrams, of a request.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Timer B: INVITE without any response.</summary>
    public TimeSpan B => 64 * T1;

    /// <summary>Timer F: non-INVITE without a final response; also the life of an unanswered server transaction (RFC 4320).</summary>
    public TimeSpan F => 64 * T1;

    /// <summary>
    /// How long a non-INVITE request may stay without any answer of ours (RFC 4320 §4.1): the time in which Timer E of its client grows to T2.
    /// </summary>
    public TimeSpan Trying
    {
        get
        {
            var (elapsed, e) = (TimeSpan.Zero, T1);
            for (; e < T2; e *= 2) elapsed += e;
            return elapsed;
        }
    }

    /// <summary>Timer H: final failure of an INVITE without ACK.</summary>
    public TimeSpan H => 64 * T1;

    /// <summary>Timer L (RFC 6026): an accepted INVITE server transaction absorbs retransmissions this long.</summary>
    public TimeSpan L => 64 * T1;

    /// <summary>Timer M (RFC 6026): an accepted INVITE client transaction waits this long for the 2xx of other forks.</summary>
    public TimeSpan M => 64 * T1;

    /// <summary>Timer N (RFC 6665 §4.1.2.4): SUBSCRIBE accepted and no NOTIFY.</summary>
    public TimeSpan N => 64 * T1;

    /// <summary>An INVITE that only ever got provisionals. Clients accept up to a minute late, users later (field fact C2).</summary>
    public TimeSpan InviteProceeding { get; init; } = TimeSpan.FromMinutes(5);
}
