using Gateway.Host.Configuration;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway config check</c> and <c>gateway config schema</c>.</summary>
internal static class ConfigVerb
{
    public static int Check(string file, bool asJson)
    {
        var reading = ConfigurationFile.Read(file);
        if (!reading.IsGood) return Output.Faults(reading, asJson);
        if (asJson)
        {
            Output.Json(new { reading.File, reading.IsGood, reading.Faults, reading.Warnings });
            return ExitCodes.Good;
        }

        Output.Line(reading.Warnings.Count == 0 ? $"{reading.File}: good" : $"{reading.File}: good, with {reading.Warnings.Count} {(reading.Warnings.Count == 1 ? "warning" : "warnings")}");
        foreach (var warning in reading.Warnings)
        {
            Output.Line($"  {warning.Path}: {warning.Text}");
            Output.Line($"      {warning.Hint}");
        }

        return ExitCodes.Good;
    }

    public static int Schema()
    {
        Output.Line(ConfigurationSchema.Write());
        return ExitCodes.Good;
    }
}
