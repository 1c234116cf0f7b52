using System.Text.Json.Nodes;

namespace LyncEdge.Talk;

/// <summary>One INVITE as the command asked for it, two-party or one of the kinds a gateway has to refuse (field fact H21).</summary>
public sealed record InviteWish
{
    public JsonNode? Id { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>im, multiparty, triggered, three, conf-invite, av, file-transfer, multipart or mixed.</summary>
    public string Kind { get; init; } = "im";

    public OutgoingText? First { get; init; }

    /// <summary>Carry the first line in <c>ms-text-format</c> (and its HTML twin in <c>ms-im-format</c>).</summary>
    public bool Embeds { get; init; } = true;

    public string? Subject { get; init; }

    public int? SessionExpires { get; init; }

    public IReadOnlyList<string> Extra { get; init; } = [];

    /// <summary>Another Request-URI than the person's.</summary>
    public string? Target { get; init; }

    public int? Connection { get; init; }

    public bool MustBeRefused => Kind is not ("im" or "mixed");
}
