using LyncEdge.Presence;
using LyncEdge.Talk;

namespace LyncEdge.Dialogs;

/// <summary>One user behind the edge. Users come into being when first named, unless they were declared unknown.</summary>
public sealed class Person(string address, string epid, string opaque)
{
    public string Address => address;

    public string Epid => epid;

    /// <summary>The opaque part of the one endpoint's GRUU (field fact A7).</summary>
    public string Opaque => opaque;

    public string DisplayName { get; set; } = NameOf(address);

    public ShownState Shown { get; set; } = ShownState.Available;

    public WatchPolicy Policy { get; set; } = WatchPolicy.Allow;

    /// <summary>Watchers blocked one by one.</summary>
    public HashSet<string> Blocked { get; } = new(StringComparer.Ordinal);

    /// <summary>Status of every SUBSCRIBE of a watcher, when not 0: for failures no policy names.</summary>
    public int SubscribeStatus { get; set; }

    public int? ExpiresMax { get; set; }

    public int? ExpiresMin { get; set; }

    /// <summary>NOTIFY leaves before the 200 (field fact H14).</summary>
    public bool NotifiesFirst { get; set; }

    /// <summary>The first notification rides in the 200 although nobody offered to read it, as some servers do for polls (field fact B3).</summary>
    public bool Piggybacks { get; set; }

    /// <summary>A subscription that runs out ends without a last NOTIFY (field fact H14).</summary>
    public bool ExpiresSilently { get; set; }

    public CalleeHabit Callee { get; set; } = new();

    public MessageHabit OnMessage { get; set; } = new();

    private static string NameOf(string address)
    {
        var user = address.Split('@')[0];
        return user.Length == 0 ? address : char.ToUpperInvariant(user[0]) + user[1..] + " Example";
    }
}
