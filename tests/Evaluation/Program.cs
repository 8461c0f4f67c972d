using Storyline.Evaluation;

EvaluationTask[] tasks = [new Extraction(), new Search(), new Stories(), new Frequencies()];
return await EvaluationProgram.RunAsync(tasks, args, Console.Out, Console.Error, CancellationToken.None);
