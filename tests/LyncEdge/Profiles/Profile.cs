namespace LyncEdge.Profiles;

/// <summary>
/// One Microsoft generation as data (field facts A7, B2, C1): what its clients and servers write. A profile never changes what the
/// edge expects of the gateway, only what the gateway has to survive.
/// </summary>
public sealed record Profile
{
    public required string Name { get; init; }

    public required string UserAgent { get; init; }

    public required string Server { get; init; }

    /// <summary>Accept of a SUBSCRIBE; the order is the client's.</summary>
    public required string Accept { get; init; }

    public required IReadOnlyList<string> SubscribeSupported { get; init; }

    /// <summary>One token per line, and the lines are not adjacent.</summary>
    public required IReadOnlyList<string> InviteSupported { get; init; }

    /// <summary>The value of a=accept-types, without the trailing blank the clients leave.</summary>
    public required string AcceptTypes { get; init; }

    public string MediaToken { get; init; } = "message";

    /// <summary>Valueless <c>gruu</c> contact; otherwise the older <c>maddr</c> and <c>;proxy=replace</c> form.</summary>
    public bool UsesGruu { get; init; } = true;

    public bool SendsBatchBody { get; init; } = true;

    public bool EmbedsFirstMessage { get; init; } = true;

    public bool SendsConversationExtras { get; init; } = true;

    /// <summary>The TLS versions of that generation as it was sold, lowest first (field fact A2); updates brought 1.2 to all.</summary>
    public IReadOnlyList<string> TlsVersions { get; init; } = ["1.0", "1.1", "1.2"];

    /// <summary>Presence documents its server writes, in its own order of preference (field fact B1).</summary>
    public IReadOnlyList<string> Formats { get; init; } = ["application/msrtc-event-categories+xml", "text/xml+msrtc.pidf", "application/pidf+xml"];

    /// <summary>Static-route peer: identities are asserted, no edge parameters in Record-Route.</summary>
    public bool IsFrontEnd { get; init; }

    /// <summary>NOTIFY may be spelled with lower-case <c>subscription-state</c>.</summary>
    public bool LowerCasesState { get; init; } = true;

    /// <summary>Length of dialog tags: 10 hexadecimal digits for clients, 32 upper-case for servers.</summary>
    public int ServerTagLength { get; init; } = 32;

    /// <summary>Strict reports as violations what the field would tolerate; it may also leave subscriptions pending.</summary>
    public bool IsStrict { get; init; }

    /// <summary>
    /// Splits, coalesces and pads its writes at random from the start, spells header names as it likes, and leaks the headers of its own
    /// inside that a gateway must not believe (field facts H3, H4, A7).
    /// </summary>
    public bool IsHostile { get; init; }

    public static IEnumerable<string> Names => All.Select(p => p.Name);

    public static Profile? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    private const string CategoryAccept =
        "application/msrtc-event-categories+xml, text/xml+msrtc.pidf, application/xpidf+xml, application/pidf+xml, application/rlmi+xml, multipart/related";

    private const string LyncAccept =
        "application/msrtc-event-categories+xml, text/xml+msrtc.pidf, application/pidf+xml, application/rlmi+xml, multipart/related";

    private static readonly string[] SubscribeTags = ["com.microsoft.autoextend", "ms-benotify", "ms-piggyback-first-notify", "eventlist"];

    private static readonly string[] OldInviteTags =
        ["ms-embedded-first-message", "ms-delayed-accept", "timer", "ms-sender", "com.microsoft.rtc-multiparty", "ms-renders-isf", "ms-renders-gif"];

    private static readonly string[] InviteTags =
    [
        "ms-dialog-route-set-update", "ms-embedded-first-message", "ms-delayed-accept", "timer", "histinfo", "ms-sender", "ms-renders-isf", "ms-renders-gif",
        "ms-renders-mime-alternative", "com.microsoft.rtc-multiparty", "ms-safe-transfer", "ms-conf-invite", "gruu-10",
    ];

    private static readonly Profile Ocs2007R2 = new()
    {
        Name = "ocs2007r2",
        UserAgent = "UCCAPI/3.5.6907.206 OC/3.5.6907.206 (Microsoft Office Communicator 2007 R2)",
        Server = "RTC/3.5",
        Accept = CategoryAccept,
        SubscribeSupported = SubscribeTags,
        InviteSupported = OldInviteTags,
        AcceptTypes = "text/plain multipart/alternative image/gif text/rtf text/html application/x-ms-ink application/ms-imdn+xml",
        ServerTagLength = 8,
        TlsVersions = ["1.0"],
    };

    private static readonly Profile Lync2013 = new()
    {
        Name = "lync2013",
        UserAgent = "UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)",
        Server = "RTC/5.0",
        Accept = LyncAccept,
        SubscribeSupported = SubscribeTags,
        InviteSupported = InviteTags,
        AcceptTypes = "text/plain multipart/alternative image/gif text/rtf text/html application/x-ms-ink application/ms-imdn+xml text/x-msmsgsinvite",
    };

    private static readonly Profile[] All =
    [
        Ocs2007R2,
        Ocs2007R2 with
        {
            Name = "lcs2005", UserAgent = "LCC/1.3", Server = "RTC/1.3", UsesGruu = false, SendsBatchBody = false, MediaToken = "x-ms-message",
            Accept = "application/xpidf+xml, text/xml+msrtc.pidf, application/pidf+xml", Formats = ["text/xml+msrtc.pidf", "application/pidf+xml"], EmbedsFirstMessage = false, AcceptTypes = "text/plain text/rtf",
        },
        Lync2013 with
        {
            Name = "lync2010", UserAgent = "UCCAPI/4.0.7577.4446 OC/4.0.7577.4446 (Microsoft Lync 2010)", Server = "RTC/4.0",
            Accept = CategoryAccept, InviteSupported = [.. OldInviteTags, "histinfo", "ms-conf-invite"], TlsVersions = ["1.0"],
        },
        Lync2013,
        Lync2013 with { Name = "sfb2015", UserAgent = "UCCAPI/16.0.4266.1001 OC/16.0.4266.1001 (Skype for Business)", Server = "RTC/6.0" },
        Lync2013 with { Name = "sfb2019", UserAgent = "UCCAPI/16.0.10336.20036 OC/16.0.10336.20036 (Skype for Business)", Server = "RTC/7.0", TlsVersions = ["1.2"] },
        Lync2013 with { Name = "frontend", IsFrontEnd = true, Server = "RTC/6.0" },
        Lync2013 with { Name = "strict", IsStrict = true },
        Lync2013 with { Name = "hostile", IsHostile = true },
    ];
}
