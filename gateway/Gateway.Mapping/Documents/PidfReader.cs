using System.Globalization;

namespace Gateway.Mapping.Documents;

/// <summary>
/// Reads <c>application/pidf+xml</c> in every dialect that was met (field fact B4): matched by namespace and local name, activities under status, tuple or person, as text or as empty
/// elements, notes on three levels, xs:ID rules ignored.
/// </summary>
public static class PidfReader
{
    public static bool TryRead(ReadOnlySpan<byte> body, out PresenceDocument document, out MappingReason reason)
    {
        document = new PresenceDocument();
        var xml = XmlPull.Of(body);
        var reader = new Reading(xml);
        var step = xml.Next();
        while (step == XmlStep.Text) step = xml.Next();
        if (step == XmlStep.Start && xml.Is(PidfNamespaces.Pidf, "presence"))
        {
            reader.Entity = xml.Attribute("entity") ?? "";
            reader.ReadAll();
            document = reader.Result();
        }
        else if (step != XmlStep.Refused)
        {
            reason = MappingReason.DocumentMalformed;
            return false;
        }

        reason = xml.Reason;
        return reason == MappingReason.None;
    }

    private sealed class Reading(XmlPull xml)
    {
        private readonly List<PresenceTuple> tuples = [];
        private readonly List<string> personActivities = [];
        private readonly List<string> tupleActivities = [];
        private PresenceTuple? tuple;
        private string? displayName;
        private string? note;
        private string? noteLanguage;

        public string Entity { get; set; } = "";

        public PresenceDocument Result() => new()
        {
            Entity = Entity,
            DisplayName = displayName,
            Tuples = tuples,
            PersonActivities = personActivities,
            Note = note,
            NoteLanguage = noteLanguage,
        };

        public void ReadAll()
        {
            while (true)
            {
                switch (xml.Next())
                {
                    case XmlStep.Start:
                        OnStart();
                        break;
                    case XmlStep.End when xml.Is(PidfNamespaces.Pidf, "tuple") && tuple is not null:
                        tuples.Add(tuple with { Activities = [.. tupleActivities] });
                        tuple = null;
                        break;
                    case XmlStep.Done or XmlStep.Refused:
                        return;
                }
            }
        }

        private void OnStart()
        {
            switch (xml.Name)
            {
                case "tuple" when xml.Namespace == PidfNamespaces.Pidf:
                    tuple = new PresenceTuple(xml.Attribute("id") ?? "");
                    tupleActivities.Clear();
                    break;
                case "basic" when xml.Namespace == PidfNamespaces.Pidf && tuple is not null:
                    tuple = tuple with { IsOpen = string.Equals(xml.ReadText()?.Trim(), "open", StringComparison.OrdinalIgnoreCase) };
                    break;
                case "activities" when PidfNamespaces.IsRpid(xml.Namespace):
                    ReadActivities();
                    break;
                case "activity" when PidfNamespaces.IsRpid(xml.Namespace):
                    AddActivity(xml.ReadText());
                    break;
                case "user-input" when PidfNamespaces.IsRpid(xml.Namespace):
                    if (string.Equals(xml.ReadText()?.Trim(), "idle", StringComparison.OrdinalIgnoreCase)) AddActivity("idle");
                    break;
                case "show" when xml.Namespace == PidfNamespaces.JabberClient && tuple is not null:
                    tuple = tuple with { Show = xml.ReadText()?.Trim() };
                    break;
                case "display-name":
                    displayName = NonEmpty(xml.ReadText()) ?? displayName;
                    break;
                case "contact" when xml.Namespace == PidfNamespaces.Pidf && tuple is not null:
                    tuple = tuple with { ContactPriority = ReadPriority(xml.Attribute("priority")) };
                    break;
                case "timestamp" when tuple is not null:
                    tuple = tuple with { Timestamp = ReadTime(xml.ReadText()) };
                    break;
                case "note":
                    OnNote(xml.Attribute("xml:lang"));
                    break;
            }
        }

        private void ReadActivities()
        {
            var depth = xml.Depth;
            while (true)
            {
                var step = xml.Next();
                if (step is XmlStep.Done or XmlStep.Refused || (step == XmlStep.End && xml.Depth < depth)) return;
                if (step != XmlStep.Start) continue;
                var name = xml.Name;
                var inner = xml.ReadText();

                // The draft says the word as text, RFC 4480 as the element's name; <other> carries free text there.
                if (name is "activity" or "other") AddActivity(inner);
                else if (name != "note") AddActivity(name);
            }
        }

        private void AddActivity(string? word)
        {
            var trimmed = NonEmpty(word)?.ToLowerInvariant();
            if (trimmed is null) return;
            (tuple is null ? personActivities : tupleActivities).Add(trimmed);
        }

        private void OnNote(string? language)
        {
            if (NonEmpty(xml.ReadText()) is not { } read) return;
            if (tuple is null) (note, noteLanguage) = (read, language);
            else tuple = tuple with { Note = read, NoteLanguage = language };
        }

        private static string? NonEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

        private static int? ReadPriority(string? value) =>
            decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var priority) && priority is >= 0 and <= 1 ? (int)(priority * 1000) : null;

        private static DateTimeOffset? ReadTime(string? value) =>
            DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }
}
