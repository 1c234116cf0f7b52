using System.Text.Json.Nodes;

namespace LyncEdge.Talk;

/// <summary>A text on its way to the gateway and the command that asked for it.</summary>
public sealed record OutgoingText(JsonNode? Id, string Text, string ContentType, string Body)
{
    public bool WasResent { get; init; }

    public IReadOnlyList<string> Extra { get; init; } = [];
}
