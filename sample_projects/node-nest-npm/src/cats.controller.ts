import { Controller, Get } from '@nestjs/common';

@Controller()
export class CatsController {
  @Get()
  hello(): string {
    return 'hello from cats';
  }
}
