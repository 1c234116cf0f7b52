using Gateway.Host.Configuration;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway config check</c> and <c>gateway config schema</c>.</summary>
internal static class ConfigVerb
{
    public static int Check(string file, bool asJson)
    {
        var reading = ConfigurationFile.Read(file);
        if (!reading.IsGood) return Output.Faults(reading, asJson);
        if (asJson) Output.Json(new { reading.File, reading.IsGood, reading.Faults });
        else Output.Line($"{reading.File}: good");
        return ExitCodes.Good;
    }

    public static int Schema()
    {
        Output.Line(ConfigurationSchema.Write());
        return ExitCodes.Good;
    }
}
