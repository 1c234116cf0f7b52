using System.Buffers.Binary;
using System.Globalization;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Stanzas;
using Gateway.Xmpp.Streams;
using Presence.Core.Ports;

namespace Gateway.Xmpp;

/// <summary>What the parts of the side share. Filled once by <see cref="XmppSide"/>.</summary>
internal sealed class XmppContext
{
    private int _untold;

    public required XmppOptions Options { get; init; }
    public required TransportHub Hub { get; init; }
    public required IDnsResolver Resolver { get; init; }
    public required Func<int, int> NextBelow { get; init; }
    public required ICertificateSource Certificates { get; init; }
    public required PeerRegistry Registry { get; init; }
    public required ICrossing Crossing { get; init; }
    public required RecentRefusals Refusals { get; init; }
    public required IIdSource Ids { get; init; }
    public required DialbackKeys Keys { get; init; }
    public required IXmppObserver Observer { get; init; }

    public XmppMetrics Metrics { get; set; } = null!;
    public StreamTable Streams { get; set; } = null!;
    public LinkTable Links { get; set; } = null!;
    public ManagedSessions Sessions { get; set; } = null!;
    public Pings Pings { get; set; } = null!;
    public DialbackAsker Asker { get; set; } = null!;
    public ArrivalDoor Door { get; set; } = null!;

    /// <summary>What waits, or is not acknowledged, over all links.</summary>
    public HeldBytes Held { get; set; } = null!;

    /// <summary>Who is shown what our users' hands do.</summary>
    public ChatStateWishes ChatStates { get; } = new();

    /// <summary>Failures that nobody has been told yet, because the words depend on what the core says of the two.</summary>
    public int Untold => Volatile.Read(ref _untold);

    public TimeProvider Time => Hub.Time;
    public PeerPolicies Policies => field ??= new PeerPolicies(Registry);

    public bool IsServed(string domain) => Crossing.IsServed(Protocol.Jid.ToAsciiDomain(domain), Federation.Protocol.Xmpp);

    /// <summary>One more failure waits for its words, or one less: after it was told.</summary>
    public void CountUntold(int by) => Interlocked.Add(ref _untold, by);

    public string NewId() => TextOf(Ids.NextId());

    /// <summary>The id as it stands in a stanza: 32 hex digits.</summary>
    public static string TextOf(UInt128 id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>The id out of <see cref="TextOf"/>; false for any other text.</summary>
    public static bool TryReadId(string? text, out UInt128 id)
    {
        id = default;
        return text is { Length: 32 } && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
    }
}
