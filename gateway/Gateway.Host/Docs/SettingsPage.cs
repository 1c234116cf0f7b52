using System.Text;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Docs;

/// <summary><c>docs/settings.md</c>: every setting with type, default, range and meaning, from the records the binder binds.</summary>
public static class SettingsPage
{
    public static string Write()
    {
        var text = new StringBuilder("""
            # Settings

            Every setting of `appliance.json`. Made by `make docs` from the records the program binds; do not edit. Comments are allowed in the file, unknown settings are faults,
            relative paths start at the file's directory. A setting marked **live** takes effect on reload (`gateway reload`, SIGHUP); others wait for a restart.


            """);
        foreach (var section in SettingShape.Of(typeof(ApplianceOptions)))
        {
            var isLive = ConfigurationDiff.IsLive(section.Name);
            text.Append("## ").Append(section.Name).Append(isLive ? " (live)" : "").Append("\n\n").Append(section.Setting.Text).Append("\n\n");
            text.Append("| setting | type | default | meaning |\n|---|---|---|---|\n");
            var rowType = SettingShape.ElementOf(section.Type) ?? section.Type;
            var prefix = SettingShape.ElementOf(section.Type) is null ? section.Name : section.Name + "[]";
            WriteRows(text, rowType, prefix);
            text.Append('\n');
        }

        return text.ToString();
    }

    private static void WriteRows(StringBuilder text, Type record, string prefix)
    {
        var defaults = Activator.CreateInstance(record)!;
        foreach (var shape in SettingShape.Of(record))
        {
            var name = $"{prefix}.{shape.Name}";
            var element = SettingShape.ElementOf(shape.Type);
            var meaning = shape.Setting.Text.Replace("|", "\\|", StringComparison.Ordinal);
            text.Append($"| `{name}` | {TypeWords(shape)} | {Default(shape, defaults)} | {meaning} |\n");
            if (SettingShape.IsRecord(shape.Type)) WriteRows(text, shape.Type, name);
            else if (element is not null && SettingShape.IsRecord(element)) WriteRows(text, element, name + "[]");
        }
    }

    private static string TypeWords(SettingShape shape)
    {
        var type = shape.Type;
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(int)) return shape.Setting.HasRange ? $"{shape.Setting.Min} to {shape.Setting.Max}" : "number";
        if (type.IsEnum) return string.Join(", ", SettingShape.WordsOf(type));
        if (SettingShape.ElementOf(type) is { } element) return element == typeof(string) ? "list of texts" : "list";
        if (SettingShape.ValueOf(type) is not null) return "map of names";
        return SettingShape.IsRecord(type) ? "object" : "text";
    }

    private static string Default(SettingShape shape, object defaults)
    {
        if (shape.Setting.IsRequired) return "required";
        return shape.Property.GetValue(defaults) switch
        {
            bool b => b ? "`true`" : "`false`",
            int n => $"`{n}`",
            string { Length: > 0 } s => $"`{s}`",
            Enum e => $"`{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(e.ToString())}`",
            _ => "",
        };
    }
}
