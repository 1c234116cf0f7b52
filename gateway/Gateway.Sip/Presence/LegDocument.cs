using System.Buffers;
using System.Text.Json;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Presence.Core.Model;

namespace Gateway.Sip.Presence;

/// <summary>What the store keeps of a SIP dialog: which peer it belongs to (design law 11), the dialog itself, and the id of its subscription where the subscriber gave one.</summary>
internal sealed record LegDocument(DialogState Dialog, string Peer, string? EventId = null)
{
    private const int Format = 1;

    // Read by us alone: escaping the brackets of headers would only double its size.
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string IdOf(DialogId id) => string.Concat(id.CallId, ";", id.LocalTag, ";", id.RemoteTag);

    public Leg ToLeg()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            json.WriteStartObject();
            json.WriteNumber("f", Format);
            json.WriteString("peer", Peer);
            if (EventId is not null) json.WriteString("id", EventId);
            json.WritePropertyName("dialog");
            DialogDocument.WriteTo(json, Dialog);
            json.WriteEndObject();
        }

        return new Leg(IdOf(Dialog.Id), output.WrittenSpan.ToArray());
    }

    /// <summary>Null when it cannot be read.</summary>
    public static LegDocument? Read(Leg leg)
    {
        try
        {
            using var json = JsonDocument.Parse(leg.Document);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("f", out var format) || format.GetInt32() != Format) return null;
            var peer = root.GetProperty("peer").GetString() ?? "";
            var id = root.TryGetProperty("id", out var given) ? given.GetString() : null;
            return DialogDocument.TryRead(root.GetProperty("dialog"), out var dialog) == SipReason.None ? new LegDocument(dialog, peer, id) : null;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
