using System.Xml;
using System.Xml.Linq;

namespace LyncEdge.Presence;

/// <summary>A reader that knows only open and closed, <c>away</c> and <c>busy</c> in the draft namespace, as the clients do (field fact B4).</summary>
public static class PidfReader
{
    private static readonly XNamespace Pidf = "urn:ietf:params:xml:ns:pidf";
    private static readonly XNamespace Draft = "urn:ietf:params:xml:ns:pidf:status:rpid-status";
    private static readonly XNamespace Cipid = "urn:ietf:params:xml:ns:pidf:cipid";

    /// <summary>A notification without a body: pending, or nothing known.</summary>
    public static SeenPresence Nothing { get; } = new("Presence unknown", null, null, null, null, null, []);

    public static SeenPresence? Read(string document, out string fault)
    {
        fault = "";
        XElement root;
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using var reader = XmlReader.Create(new StringReader(document), settings);
            root = XDocument.Load(reader).Root!;
        }
        catch (XmlException e)
        {
            fault = e.Message;
            return null;
        }

        if (root.Name != Pidf + "presence")
        {
            fault = "root is " + root.Name;
            return null;
        }

        return Read(root, out fault);
    }

    private static SeenPresence? Read(XElement root, out string fault)
    {
        fault = "";
        var tuples = root.Elements(Pidf + "tuple").ToList();
        var status = tuples.FirstOrDefault()?.Element(Pidf + "status");
        var basic = status?.Element(Pidf + "basic")?.Value.Trim();
        if (tuples.Count > 0 && basic is not ("open" or "closed"))
        {
            fault = "basic is " + (basic ?? "missing");
            return null;
        }

        var lost = new List<string>();
        if (tuples.Count > 1) lost.Add("tuples:" + tuples.Count);
        string? activity = null;
        foreach (var word in status?.Elements(Draft + "activities").Elements(Draft + "activity").Select(a => a.Value.Trim()) ?? [])
        {
            if (word is "away" or "busy") activity ??= word;
            else lost.Add("activity:" + word);
        }

        Lose(root, lost);
        var note = root.Descendants(Pidf + "note").FirstOrDefault()?.Value;
        var name = (root.Element(Cipid + "display-name") ?? root.Descendants().FirstOrDefault(e => e.Name.LocalName == "display-name"))?.Value;
        return new SeenPresence(Shows(basic, activity), basic, activity, note, name, (string?)root.Attribute("entity"), lost);
    }

    private static void Lose(XElement root, List<string> lost)
    {
        foreach (var element in root.Descendants())
        {
            var name = element.Name;
            var known = name.Namespace == Pidf && name.LocalName is "tuple" or "status" or "basic" or "note" or "timestamp" or "contact";
            known |= name == Draft + "activities" || name == Draft + "activity" || name.LocalName == "display-name";
            if (!known) lost.Add(name.LocalName + (element.HasElements ? "" : element.Value.Length > 0 ? ":" + element.Value : ""));
            else if (name.LocalName == "contact") lost.Add("contact");
        }
    }

    private static string Shows(string? basic, string? activity) => (basic, activity) switch
    {
        (null, _) => "Presence unknown",
        ("closed", _) => "Offline",
        (_, "away") => "Away",
        (_, "busy") => "Busy",
        _ => "Available",
    };
}
