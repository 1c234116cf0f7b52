namespace Gateway.Host.Configuration.Options;

/// <summary>One rule. Rules are asked in their order before any route, and the first that fits decides (PS-077, PSB-067).</summary>
public sealed record RuleOptions
{
    [Setting("What explanations, warnings and the log call it, beside its place.")]
    public string Name { get; init; } = "";

    [Setting("Senders: domains, *.suffix, * or single users' addresses. Empty: all.")]
    public IReadOnlyList<string> From { get; init; } = [];

    [Setting("Addressees, written alike. Empty: all.")]
    public IReadOnlyList<string> To { get; init; } = [];

    [Setting("Names of the peers it comes from. Empty: all.")]
    public IReadOnlyList<string> Source { get; init; } = [];

    [Setting("SIP methods: SUBSCRIBE, NOTIFY, MESSAGE, INVITE, INFO, OPTIONS; what comes from XMPP counts as the method it becomes. " +
        "A conversation is one thing: MESSAGE, INVITE and INFO each mean all three. Empty: all.")]
    public IReadOnlyList<string> Methods { get; init; } = [];

    [Setting("Event packages of SUBSCRIBE and NOTIFY: presence, the only one there is. Empty: all, with or without.")]
    public IReadOnlyList<string> Events { get; init; } = [];

    [Setting("Names of the peers it leaves through, in the order of trial. Neither through nor reject: the routes decide, and the rules behind are not asked.")]
    public IReadOnlyList<string> Through { get; init; } = [];

    [Setting("The SIP status it is refused with: 403, 404, 410, 480, 484, 486, 488, 502, 504, 600, 603, 604 or 606; XMPP senders get the condition that means the same. 0: not refused.",
        Min = 0, Max = 699)]
    public int Reject { get; init; }

    [Setting("What a refused sender is told in words; empty: that a rule refuses it.")]
    public string Text { get; init; } = "";
}
