using System.Collections.Frozen;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Mapping.Errors;

/// <summary>What a number in a Microsoft diagnostics header means, and what an administrator does about it.</summary>
/// <param name="Id">The number.</param>
/// <param name="Meaning">In plain words, seen from us.</param>
/// <param name="NextStep">What to do, and where.</param>
public sealed record PeerDiagnosis(int Id, string Meaning, string NextStep);

/// <summary>The numbers of field fact A9 in plain words. The peer's own text is not repeated for them: it may name users.</summary>
public static class PeerDiagnoses
{
    private static readonly FrozenDictionary<int, PeerDiagnosis> ById = new PeerDiagnosis[]
    {
        new(1001, "the partner takes your domain for a public IM provider, and its user may not talk to those",
            "The partner enters your domain under federated domains instead of public providers, or allows public providers in the user's external access policy."),
        new(1002, "the partner's user may not talk to federated partners", "The partner enables federation in the user's external access policy."),
        new(1003, "the user does not exist there", "Check the address."),
        new(1004, "the route of the dialog is no longer valid there", "Nothing: the dialog is built anew. If it happens again and again, a proxy in between changes Record-Route."),
        new(1005, "the partner cannot route to the destination domain", "Is the domain one of the partner's SIP domains? Else take it out of peers[].fromDomains."),
        new(1007, "the partner cannot route just now", "Nothing: it is tried again. If it stays, the partner looks at its front ends."),
        new(1008, "the partner's edge finds no SRV record of a domain", "Publish _sipfederationtls._tcp.DOMAIN with your gateway's name and port, in the DNS that the edge asks: `gateway doctor`."),
        new(1009, "the SRV record of a domain names a host outside that domain",
            "Point it at a name under the domain that your certificate names too, or have the partner enter your gateway's name with the domain."),
        new(1010, "the partner's edge does not believe a certificate", "Your certificate must name your fqdn and chain to an authority the edge trusts, with a reachable CRL: `gateway doctor`."),
        new(1011, "the hop before gave no diagnosis", "Nothing: only the status counts."),
        new(1012, "the partner's user may not talk outside the enterprise", "The partner enables federation in the user's external access policy."),
        new(1014, "the partner's edge finds no address of a host", "Publish an A record of your fqdn in the DNS that the edge asks."),
        new(1017, "the partner does not route between these two domains", "The partner holds one of your domains as its own: it takes the domain out of its SIP domains, or adds the static route."),
        new(1027, "the partner does not let such a request cross federation", "Is the peer's profile right? A user mark of unverified senders can cause it too."),
        new(1034, "the partner's edge says that we gave no diagnosis", "Nothing: only the status counts."),
        new(1038, "the partner could not connect to a server", "TCP 5061 must be open to the server named there; it may be yours."),
        new(1046, "the partner's edge could not connect to a federated server", "Its firewall outwards and yours inwards, TCP 5061."),
        new(2165, "the user's contact list was moved to another store", "Nothing: it concerns the partner's own clients."),
        new(4005, "the user is not enabled there or does not exist", "Check the address, or the partner enables the user."),
        new(10003, "a proxy there passed a failure on", "Nothing: only the status counts."),
        new(13004, "the request is on its way to the user's devices", "Nothing."),
        new(25008, "the request is on its way to the user's pool", "Nothing."),
        new(51004, "the user ended it", "Nothing."),
        new(52063, "the user's client does not take this kind of session", "Nothing: it takes no instant messages now."),
    }.ToFrozenDictionary(d => d.Id);

    public static IEnumerable<PeerDiagnosis> All => ById.Values;

    public static PeerDiagnosis? Find(int id) => ById.GetValueOrDefault(id);

    /// <summary>Numbers by which a hop only says that another one said nothing, or that all goes well.</summary>
    public static bool IsEmpty(int id) => id is 1011 or 1034 or 10003 or 13004 or 25008 or 51004;

    /// <summary>Of the diagnoses of one message the first that says anything; else the first; null when there is none.</summary>
    public static MsDiagnostics? MostTelling(IReadOnlyList<MsDiagnostics> all)
    {
        foreach (var one in all)
            if (!IsEmpty(one.Id)) return one;
        return all.Count > 0 ? all[0] : null;
    }

    /// <summary>One line for log and status. An unknown number brings the peer's own words, bounded and without anything that looks like an address.</summary>
    public static string Describe(int id, string? reason) => Find(id) is { } known ? $"{id}: {known.Meaning}. {known.NextStep}" : $"{id}: {Bare(reason ?? "")}";

    private static string Bare(string words)
    {
        const int CharsMax = 160;
        var kept = words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => !w.Contains('@', StringComparison.Ordinal));
        var line = new string([.. string.Join(' ', kept).Take(CharsMax).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return line.Length == 0 ? "the partner gave no words" : line;
    }
}
