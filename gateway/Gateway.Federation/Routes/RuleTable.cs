using System.Collections.Immutable;
using Gateway.Federation.Peers;
using Presence.Core.Model;

namespace Gateway.Federation.Routes;

/// <summary>The ordered rules of one version of the tables: the first that fits decides (PS-077).</summary>
internal sealed class RuleTable
{
    private readonly ImmutableArray<Rule> rules;

    public RuleTable(ImmutableArray<RuleModel> models, PeerTable peers) => rules = [.. models.Select((m, i) => new Rule(m, i, peers))];

    public bool IsEmpty => rules.IsEmpty;

    public ImmutableArray<Rule> All => rules;

    /// <summary>The place of the first rule that fits, -1 when none does.</summary>
    public int Find(Address from, Address to, PassageKind kind, PeerModel? cameFrom, ImmutableArray<PeerModel> speakers)
    {
        for (var i = 0; i < rules.Length; i++)
            if (rules[i].Fits(from, to, kind, cameFrom, speakers)) return i;
        return -1;
    }
}
