using System.Text.Json;
using System.Text.RegularExpressions;
using k8s.Models;
using Storyline.Fixtures;

namespace Storyline.Charts;

public sealed partial class HelmChartTests
{
    private static readonly string[] Services = ["enrich", "fetch", "parse", "partner", "search"];

    /// <summary>A value for every leaf that differs from its default and passes the schema.</summary>
    private static readonly Dictionary<string, string> OtherValues = new(StringComparer.Ordinal)
    {
        ["image.registry"] = "registry.example",
        ["image.repository"] = "news",
        ["image.tag"] = "1.2.3",
        ["image.pullPolicy"] = "Always",
        ["imagePullSecrets"] = """[{"name":"pull"}]""",
        ["telemetry.otlpEndpoint"] = "http://collector:4317",
        ["telemetry.sampleRatio"] = "0",
        ["config"] = """{"Bus__HighWater":"100"}""",
        ["shutdown.preStopSeconds"] = "0",
        ["shutdown.timeoutSeconds"] = "90",
        ["podDisruptionBudget.maxUnavailable"] = "0",
        ["services.parse.publisherRules"] = """{"news.example.json":"{}"}""",
        ["alerts.enabled"] = "true",
        ["alerts.labels"] = """{"release":"prometheus"}""",
        ["alerts.silentFeedsPerHour"] = "7",
        ["alerts.failingFeedsShare"] = "0.7",
        ["alerts.queuedSeconds"] = "77",
        ["alerts.quarantinedPerHour"] = "77",
        ["podAnnotations"] = """{"team":"news"}""",
        ["nodeSelector"] = """{"pool":"news"}""",
        ["tolerations"] = """[{"key":"news","operator":"Exists"}]""",
    };

    public static TheoryData<string> Leaves => new(HelmChart.DefaultValues().Keys);

    [Fact]
    public async Task HelmLint_Strict_HasNoFindings()
    {
        var lint = await HelmChart.LintAsync();

        Assert.True(lint.ExitCode == 0, lint.Output + lint.Error);
    }

    [Fact]
    public async Task Template_Defaults_RendersFiveServicesStrictlyTyped()
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync());

        Assert.Equal(Services.Select(s => $"demo-storyline-{s}"), rendered.Workloads.Select(w => w.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["demo-storyline-fetch", "demo-storyline-search"], rendered.Of<V1StatefulSet>().Select(s => s.Name()).Order(StringComparer.Ordinal));
        Assert.Equal(5, rendered.Of<V1PodDisruptionBudget>().Count());
        Assert.Empty(rendered.Of<V1Secret>());
    }

    [Fact]
    public async Task Template_EveryValueChanged_IsStrictlyTypedToo()
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync(OtherValues.Select(pair => $"{pair.Key}={pair.Value}")));

        var fetch = rendered.Workloads.Single(w => w.Name == "demo-storyline-fetch").Pod;
        Assert.Equal("registry.example/news/fetch:1.2.3", fetch.Containers[0].Image);
        Assert.Equal("pull", fetch.ImagePullSecrets.Single().Name);
    }

    [Fact]
    public void Parse_MisspeltField_Fails() =>
        Assert.ThrowsAny<Exception>(() => KubernetesObjects.Parse("apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { replica: 3 }"));

    [Fact]
    public async Task Template_NoReferences_NamesEveryMissingOne()
    {
        var result = await HelmChart.TemplateAsync();

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("bus.existingSecret is empty: name a Secret whose key 'uri' holds amqp://", result.Error, StringComparison.Ordinal);
        Assert.Contains("database.existingSecret is empty", result.Error, StringComparison.Ordinal);
        Assert.Contains("cache.existingSecret is empty", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("services.fetch.replica=3", "replica")]
    [InlineData("services.fetch.replicas=-1", "replicas")]
    [InlineData("services.web.replicas=1", "web")]
    [InlineData("telemetry.sampleRatio=2", "sampleRatio")]
    [InlineData("alerts.enabled=perhaps", "enabled")]
    [InlineData("alerts.failingFeedsShare=30", "failingFeedsShare")]
    [InlineData("""config={"Bus:HighWater":"1"}""", "Bus:HighWater")]
    public async Task Template_WrongValue_IsRefusedByTheSchema(string setting, string named)
    {
        var result = await HelmChart.TemplateAsync([.. HelmChart.References, setting]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("schema", result.Error, StringComparison.Ordinal);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Template_ExplicitZeros_AreNotTakenForDefaults()
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync(
            "services.parse.replicas=0", "shutdown.preStopSeconds=0", "podDisruptionBudget.maxUnavailable=0", "telemetry.sampleRatio=0"));

        var parse = rendered.Workloads.Single(w => w.Name == "demo-storyline-parse");
        Assert.Equal(0, parse.Replicas);
        Assert.Null(parse.Pod.Containers[0].Lifecycle);
        Assert.All(rendered.Of<V1PodDisruptionBudget>(), budget => Assert.Equal("0", budget.Spec.MaxUnavailable.Value));
        Assert.All(rendered.Of<V1ConfigMap>(), config => Assert.Equal("0", config.Data["OTEL_TRACES_SAMPLER_ARG"]));
    }

    [Fact]
    public async Task Template_EveryPod_MeetsRestrictedAndWritesOnlyToVolumes()
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync());

        Assert.All(rendered.Workloads, workload =>
        {
            Assert.Empty(KubernetesObjects.BreachesOfRestricted(workload.Pod));
            Assert.Equal(1654, workload.Pod.SecurityContext.RunAsUser);
            Assert.False(workload.Pod.AutomountServiceAccountToken);
            Assert.All(workload.Pod.Containers, container =>
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.Equal(["/data", "/tmp"], container.VolumeMounts.Select(m => m.MountPath).Order(StringComparer.Ordinal));
                Assert.NotNull(container.StartupProbe);
                Assert.NotNull(container.LivenessProbe);
                Assert.NotNull(container.ReadinessProbe);
                Assert.NotNull(container.Resources.Limits["memory"]);
            });
        });
    }

    [Fact]
    public async Task Template_PublisherRules_AreAFolderOfParseAlone()
    {
        const string Rule = """{"host":"news.example","version":1,"body":["#story"]}""";
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync($$"""services.parse.publisherRules={"news.example.json":{{JsonSerializer.Serialize(Rule)}}}"""));

        Assert.Equal(Rule, rendered.Of<V1ConfigMap>().Single(c => c.Metadata.Name == "demo-storyline-parse-publisher-rules").Data["news.example.json"]);
        var pod = rendered.Workloads.Single(w => w.Pod.Volumes.Any(v => v.ConfigMap?.Name == "demo-storyline-parse-publisher-rules"));
        Assert.Equal("demo-storyline-parse", pod.Name);
        var mount = pod.Pod.Containers[0].VolumeMounts.Single(m => m.Name == "publisher-rules");
        Assert.Equal(mount.MountPath, rendered.Of<V1ConfigMap>().Single(c => c.Metadata.Name == "demo-storyline-parse").Data["Parse__PublisherRules"]);
    }

    [Fact]
    public async Task Template_Connections_ComeFromSecretsByReference()
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync("bus.key=amqp"));

        Assert.All(rendered.Workloads, workload =>
        {
            var references = workload.Pod.Containers[0].Env.ToDictionary(e => e.Name, e => e.ValueFrom.SecretKeyRef, StringComparer.Ordinal);
            Assert.Equal(("bus-secret", "amqp"), (references["Bus__RabbitMq"].Name, references["Bus__RabbitMq"].Key));
            Assert.Equal("database-secret", references["Database__PostgreSql"].Name);
            Assert.Equal("cache-secret", references["Cache__Redis"].Name);
        });
    }

    [Theory]
    [InlineData(5, 40)]
    [InlineData(0, 1)]
    [InlineData(120, 600)]
    public async Task Template_AnyShutdown_GracePeriodIsLongerThanWhatItCovers(int preStop, int timeout)
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync($"shutdown.preStopSeconds={preStop}", $"shutdown.timeoutSeconds={timeout}"));

        Assert.All(rendered.Workloads, workload => Assert.True(workload.Pod.TerminationGracePeriodSeconds > preStop + timeout));
        Assert.All(rendered.Of<V1ConfigMap>(), config =>
            Assert.Equal(TimeSpan.FromSeconds(timeout), TimeSpan.Parse(config.Data["Http__ShutdownTimeout"], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Template_ServiceSetting_GoesBeforeTheChartsOwn()
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync(
            """config={"Bus__HighWater":"100","Bus__DrainTimeout":"00:00:10"}""", """services.parse.config={"Bus__HighWater":"7"}"""));

        var configs = rendered.Of<V1ConfigMap>().ToDictionary(c => c.Name(), c => c.Data, StringComparer.Ordinal);
        Assert.Equal("7", configs["demo-storyline-parse"]["Bus__HighWater"]);
        Assert.Equal("00:00:10", configs["demo-storyline-parse"]["Bus__DrainTimeout"]);
        Assert.Equal("100", configs["demo-storyline-fetch"]["Bus__HighWater"]);
    }

    [Fact]
    public async Task Template_EveryService_SelectsOneWorkloadAndItsPorts()
    {
        var rendered = KubernetesObjects.Parse(await HelmChart.RenderAsync());

        Assert.Equal(10, rendered.Of<V1Service>().Count());
        Assert.All(rendered.Of<V1Service>(), service =>
        {
            var workload = Assert.Single(rendered.Workloads, w => w.IsSelectedBy(service.Spec.Selector));
            var ports = workload.Pod.Containers[0].Ports.ToDictionary(p => p.Name, p => p.ContainerPort, StringComparer.Ordinal);
            Assert.All(service.Spec.Ports, port => Assert.Equal(port.Port, ports[port.TargetPort.Value]));
        });
        Assert.All(rendered.Of<V1StatefulSet>(), set =>
            Assert.Equal("None", rendered.Of<V1Service>().Single(s => s.Name() == set.Spec.ServiceName).Spec.ClusterIP));
    }

    [Theory]
    [MemberData(nameof(Leaves))]
    public async Task Values_OneLeafChanged_ChangesTheRendering(string leaf)
    {
        var other = OtherValues.GetValueOrDefault(leaf) ?? leaf.Split('.')[^1] switch
        {
            "existingSecret" or "key" or "storageClass" => "other",
            "replicas" => "7",
            "config" => """{"Storage__Path":"/data/other"}""",
            "resources" => """{"requests":{"cpu":"1"}}""",
            "size" => "77Gi",
            _ => throw new InvalidOperationException($"give {leaf} another value in {nameof(OtherValues)}"),
        };

        // What the alerts are about shows where there are alerts.
        string[] with = leaf.StartsWith("alerts.", StringComparison.Ordinal) && leaf != "alerts.enabled" ? ["alerts.enabled=true"] : [];
        Assert.NotEqual(await HelmChart.RenderAsync(with), await HelmChart.RenderAsync([.. with, $"{leaf}={other}"]));
    }

    [Fact]
    public async Task Template_Alerts_AreOffUntilTheyAreWanted()
    {
        Assert.Empty(KubernetesObjects.Parse(await HelmChart.RenderAsync()).Of<PrometheusRule>());

        var rule = Assert.Single(KubernetesObjects.Parse(await HelmChart.RenderAsync(
            "alerts.enabled=true", """alerts.labels={"release":"prometheus"}""", "alerts.silentFeedsPerHour=3", "alerts.queuedSeconds=60")).Of<PrometheusRule>());
        var alerts = rule.Spec.Groups.Single().Rules.ToDictionary(alert => alert.Alert, StringComparer.Ordinal);

        Assert.Equal("prometheus", rule.Metadata.Labels["release"]);
        Assert.EndsWith(">= 3", alerts["StorylineFeedsSilent"].Expr, StringComparison.Ordinal);
        Assert.EndsWith("> 60", alerts["StorylineQueueBacklog"].Expr, StringComparison.Ordinal);
        Assert.All(alerts.Values, alert =>
        {
            Assert.Contains(alert.Labels["severity"], new[] { "warning", "critical" });
            Assert.NotEmpty(alert.Annotations["summary"]);
            Assert.Equal(alert.Expr.Count(c => c == '('), alert.Expr.Count(c => c == ')'));
        });
    }

    [Fact]
    public async Task Template_Alerts_AskForMetricsThatTheServicesHave_AndNameChaptersOfTheRunbook()
    {
        var rules = KubernetesObjects.Parse(await HelmChart.RenderAsync("alerts.enabled=true")).Of<PrometheusRule>().Single().Spec.Groups.Single().Rules;
        var metrics = Directory.EnumerateFiles(Repository.PathOf("services"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)
            .SelectMany(code => Instrument().Matches(code)).Select(PrometheusName).ToHashSet(StringComparer.Ordinal);
        var runbook = File.ReadAllText(Repository.PathOf("docs", "runbook.md"));

        Assert.NotEmpty(metrics);
        Assert.All(rules, rule =>
        {
            Assert.All(MetricName().Matches(rule.Expr).Select(match => match.Value), name => Assert.Contains(name, metrics));
            Assert.Contains("\n## " + RunbookChapter().Match(rule.Annotations["description"]).Groups["chapter"].Value + "\n", runbook, StringComparison.Ordinal);
        });
    }

    // As OpenTelemetry translates names: the unit and the kind are suffixes.
    private static string PrometheusName(Match instrument) =>
        instrument.Groups["name"].Value.Replace('.', '_') + (instrument.Groups["unit"].Value == "s" ? "_seconds" : "")
        + (instrument.Groups["kind"].Value switch { "Counter" => "_total", "Histogram" => "_bucket", _ => "" });

    [Fact]
    public void Templates_EveryValueUsed_IsDeclared()
    {
        var declared = HelmChart.DefaultValues().Keys.ToList();
        var templates = Directory.EnumerateFiles(Repository.PathOf("charts", "storyline", "templates")).Select(File.ReadAllText).ToList();

        var used = templates.SelectMany(text => ChartValue().Matches(text)).Select(m => m.Groups["path"].Value).Distinct(StringComparer.Ordinal).ToList();
        var usedOfService = templates.SelectMany(text => ServiceValue().Matches(text)).Select(m => m.Groups["path"].Value).Distinct(StringComparer.Ordinal).ToList();

        Assert.NotEmpty(used);
        Assert.All(used, path => Assert.Contains(declared, leaf => leaf == path || leaf.StartsWith(path + ".", StringComparison.Ordinal)));
        Assert.NotEmpty(usedOfService);
        Assert.All(usedOfService, path => Assert.Contains(declared, leaf => Array.Exists(Services, s => (leaf + ".").StartsWith($"services.{s}.{path}.", StringComparison.Ordinal))));
    }

    [Fact]
    public void Readme_Table_ListsEveryValueWithItsDefault()
    {
        var table = ReadmeRow().Matches(File.ReadAllText(Repository.PathOf("charts", "storyline", "README.md")))
            .ToDictionary(row => row.Groups["key"].Value, row => row.Groups["default"].Value, StringComparer.Ordinal);
        var values = HelmChart.DefaultValues().ToDictionary(pair => pair.Key, pair => ReadmeValue(pair.Value), StringComparer.Ordinal);

        Assert.Equivalent(values, table, strict: true);
    }

    private static string ReadmeValue(object? value) => System.Text.Json.JsonSerializer.Serialize(Sorted(value));

    private static object? Sorted(object? value) => value is Dictionary<object, object?> map
        ? new SortedDictionary<string, object?>(map.ToDictionary(p => (string)p.Key, p => Sorted(p.Value), StringComparer.Ordinal), StringComparer.Ordinal)
        : value;

    [GeneratedRegex(@"(?:\.Values|\$values)\.(?<path>[A-Za-z]+(?:\.[A-Za-z]+)*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ChartValue();

    [GeneratedRegex("Create(?<kind>Counter|Histogram|ObservableGauge|UpDownCounter)(<\\w+>)?\\(\\s*\"(?<name>storyline[a-z.]+)\",\\s*(Measure,\\s*)?\"(?<unit>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Instrument();

    [GeneratedRegex(@"\bstoryline_\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName();

    [GeneratedRegex("unbook: \"(?<chapter>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RunbookChapter();

    [GeneratedRegex(@"\$service\.(?<path>[A-Za-z]+(?:\.[A-Za-z]+)*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServiceValue();

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| `(?<default>[^`]*)` \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReadmeRow();
}
