using System.Text;
using System.Text.Json;

namespace Gateway.Host.Configuration.Editing;

/// <summary>Adds a peer to the configuration file and takes one out. What would not be a good configuration is never written.</summary>
public static class PeerEditor
{
    private const string Section = "peers";
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    public static PeerChange Add(string file, PeerOrder order, bool isDry)
    {
        var change = new PeerChange(Path.GetFullPath(file), PeerRecord.NameOf(order));
        if (!TryRead(file, ref change, out var before, out var peers)) return change;
        var lines = PeerRecord.Lines(order);
        var there = peers.Find(p => NameOf(p) == change.Peer);
        if (there.ValueKind == JsonValueKind.Object)
        {
            return PeerRecord.IsMet(there, lines)
                ? change with { NextSteps = [$"gateway doctor {change.Peer}"] }
                : change with { Refusal = $"a peer named {change.Peer} is there already and differs; gateway peer remove {change.Peer} first, or choose another --name", Lines = lines };
        }

        var steps = new List<string> { "gateway reload", $"gateway doctor {change.Peer}" };
        if (GenerateWord(order.Product) is { } word) steps.Add($"gateway generate {word} {change.Peer}");
        return Finish(change with { Lines = lines, NextSteps = steps }, before, ListEdit.Append(Bare(before), Section, lines), isDry);
    }

    public static PeerChange Remove(string file, string name, bool isDry)
    {
        var change = new PeerChange(Path.GetFullPath(file), name);
        if (!TryRead(file, ref change, out var before, out var peers)) return change;
        var index = peers.FindIndex(p => NameOf(p) == name);
        if (index < 0)
            return change with { Refusal = $"no peer is named {name}; there is: {(peers.Count == 0 ? "none" : string.Join(", ", peers.Select(NameOf)))}" };
        var text = Bare(before);
        var item = JsonPlaces.List(text, Section)!.Items[index];
        var lines = Encoding.UTF8.GetString(text[item.Start..item.End]).Split('\n').Select(l => l.TrimEnd('\r')).ToList();
        return Finish(change with { Lines = lines, NextSteps = ["gateway reload"] }, before, ListEdit.Remove(text, Section, index), isDry);
    }

    private static PeerChange Finish(PeerChange change, byte[] before, byte[] after, bool isDry)
    {
        // Whether a certificate of ours has ended is not this change's business; it is said with it.
        var reading = ConfigurationFile.Judge(change.File, Encoding.UTF8.GetString(after), static _ => true);
        if (!reading.IsGood) return change with { Faults = reading.Faults, NextSteps = [] };
        var judged = change with { IsChanged = true, Warnings = reading.Warnings };
        if (isDry) return judged with { NextSteps = ["the same without --dry-run"] };
        var (backup, fault) = ConfigurationWriter.Replace(change.File, before, before.AsSpan().StartsWith(Mark) ? [.. Mark, .. after] : after);
        return backup is null ? judged with { Refusal = fault, NextSteps = [] } : judged with { IsWritten = true, Backup = backup };
    }

    // A file that is no JSON, or whose peers are no list, cannot be edited; what else is wrong with it, the judgement of the new text says.
    private static bool TryRead(string file, ref PeerChange change, out byte[] text, out List<JsonElement> peers)
    {
        (text, peers) = ([], []);
        var reading = ConfigurationFile.Read(file);
        if (reading.Bound.Json.ValueKind != JsonValueKind.Object || (reading.Bound.Json.TryGetProperty(Section, out var list) && list.ValueKind != JsonValueKind.Array))
        {
            change = change with { Faults = reading.Faults };
            return false;
        }

        text = File.ReadAllBytes(file);
        peers = list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
        return true;
    }

    private static string? GenerateWord(string product) => product switch
    {
        "lync2010" or "lync2013" => "lync",
        "sip" or "xmpp" => null,
        _ => product,
    };

    private static string NameOf(JsonElement peer) =>
        peer.ValueKind == JsonValueKind.Object && peer.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "";

    private static ReadOnlySpan<byte> Bare(byte[] text) => text.AsSpan().StartsWith(Mark) ? text.AsSpan(Mark.Length) : text;
}
